package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import io.cachee.resp.Request;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the sidecar knows of a client between its requests. Belongs to the event loop of its connection; fields that
 * others look at are volatile, and other threads reach the client through its mailbox alone.
 */
public final class Session {
    /** Which replies a client wants, by CLIENT REPLY. */
    public enum Replies {
        ON,
        OFF,
        /** Not that to the next command. */
        SKIP_NEXT
    }

    /** What CLIENT CACHING has said of the next command. */
    public enum Caching {
        UNSAID,
        YES,
        NO
    }

    /** Something to tell a client that is no answer to a request. */
    interface Message {
        /** Writes it, in the protocol that the client has chosen. */
        void writeTo(ReplyWriter reply, Session session);

        /** About how many bytes it takes. */
        int bytes();
    }

    public final long id;
    public final Link link;
    final long createdMillis = System.currentTimeMillis();
    public final long createdNanos = System.nanoTime();
    private volatile CommandExecutor executor;

    public volatile int database;
    public volatile boolean resp3;
    public volatile String name = "";
    public volatile String libraryName = "";
    public volatile String libraryVersion = "";
    public volatile User user;
    public volatile boolean authenticated;
    /** Set by every command, and opaquely: the processor need not wait until all that it has stored is seen. */
    public final AtomicReference<@Nullable String> lastCommand = new AtomicReference<>();

    volatile long lastActiveNanos = createdNanos;
    public volatile boolean noEvict;
    public volatile boolean noTouch;
    public volatile boolean monitors;
    public volatile boolean closing;
    public volatile @Nullable Tracking tracking;
    public volatile @Nullable Subscriptions subscriptions;
    public volatile @Nullable Transaction transaction;

    public Replies replies = Replies.ON;
    public Caching caching = Caching.UNSAID;
    /** Nothing stands between this client and a command: no transaction, no rules, no restriction of any kind. */
    boolean plain;

    /** Loads it waits for, and writes that L2 has not answered. Of its event loop. */
    public int loadsAwaited;

    public int writesAwaited;
    /** How many writes it has sent to L2. */
    public int writesSent;
    /** Requests on their way that nothing may overtake. */
    public int barriersAwaited;
    /** Its own connection to L2, while it needs one. Written by its event loop. */
    public volatile @Nullable UpstreamConnection own;

    private final ConcurrentLinkedQueue<Message> mailbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean delivering = new AtomicBoolean();
    private final AtomicLong mailboxBytes = new AtomicLong();

    Session(long id, Link link, CommandExecutor executor, User user, boolean authenticated) {
        this.id = id;
        this.link = link;
        this.executor = executor;
        this.user = user;
        this.authenticated = authenticated;
    }

    /** Another event loop serves it from now on. To be called on that one. */
    public void movedTo(CommandExecutor other) {
        executor = other;
    }

    /** Its number, never used twice. */
    public long id() {
        return id;
    }

    /** Whether it has said who it is, or need not. */
    public boolean isAuthenticated() {
        return authenticated;
    }

    /** Whether it takes no further requests. */
    public boolean isClosing() {
        return closing;
    }

    /** When it connected, by {@link System#nanoTime}. */
    public long createdNanos() {
        return createdNanos;
    }

    /** When its last request came, by {@link System#nanoTime}. */
    public long lastActiveNanos() {
        return lastActiveNanos;
    }

    /** Whether it waits for messages, here or in L2. Its silence does not count as idleness then. From any thread. */
    public boolean isListening() {
        Subscriptions here = subscriptions;
        UpstreamConnection toL2 = own;
        return monitors
                || tracking != null
                || here != null && here.count() > 0
                || toL2 != null && toL2.listens();
    }

    /** Whether a command of its waits in L2, such as BLPOP. */
    public boolean waitsInL2() {
        UpstreamConnection waiting = own;
        return waiting != null && waiting.isBlocked();
    }

    /** Requests it has queued since MULTI. */
    @Nullable
    public Transaction transaction() {
        return transaction;
    }

    /** Whether it may only subscribe, unsubscribe and the like. */
    public boolean isSubscriberInResp2() {
        Subscriptions here = subscriptions;
        UpstreamConnection toL2 = own;
        return !resp3 && (here != null && here.count() > 0 || toL2 != null && toL2.hasSubscriptions());
    }

    public Tracking trackingOrNone() {
        Tracking own = tracking;
        return own == null ? Tracking.OFF : own;
    }

    /** Bytes waiting for the client, here and in its connection. */
    public long unsentBytes() {
        return mailboxBytes.get() + link.unsentBytes();
    }

    /** Gives up its own connection to L2, if it has one. On its event loop. */
    public void leaveOwnConnection() {
        UpstreamConnection leaving = own;
        if (leaving != null) {
            own = null;
            leaving.close();
        }
    }

    /** Says something to the client, from any thread; a client that does not listen is disconnected. */
    void tell(Message message) {
        if (closing) {
            return;
        }
        long waiting = mailboxBytes.addAndGet(message.bytes()) + link.unsentBytes();
        if (executor.shared().outputLimits.exceeds(this, waiting)) {
            executor.shared().counters.outputLimitDisconnects.increment();
            closing = true;
            mailbox.clear();
            link.kill();
            return;
        }
        mailbox.add(message);
        if (!delivering.getAndSet(true)) {
            link.execute(this::deliver);
        }
    }

    private void deliver() {
        delivering.set(false);
        ReplyWriter reply = executor.reply();
        reply.begin(link, resp3);
        for (Message next = mailbox.poll(); next != null; next = mailbox.poll()) {
            mailboxBytes.addAndGet(-next.bytes());
            next.writeTo(reply, this);
        }
        if (reply.end()) {
            link.flush();
        }
    }

    /** Works out anew whether anything stands between the client and a command. */
    public void refresh() {
        plain = authenticated
                && user.mayEverything()
                && transaction == null
                && replies == Replies.ON
                && tracking == null
                && !isSubscriberInResp2();
    }

    /** How much memory its transaction takes. Of its event loop. */
    public long transactionBytes() {
        Transaction held = transaction;
        return held == null ? 0 : held.bytes();
    }

    /** Forgets what WATCH and MULTI have gathered. */
    public void endTransaction() {
        transaction = null;
        refresh();
    }

    /** Queues a request until EXEC. */
    void queue(Transaction open, Command command, Request request) {
        open.add(command, request.copy());
    }
}
