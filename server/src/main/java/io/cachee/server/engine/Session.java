package io.cachee.server.engine;

import io.cachee.resp.ReplyWriter;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What the sidecar remembers about a client between its requests.
 *
 * <ul>
 *   <li>The event loop of the client's connection alone writes the fields and calls the methods, except where a method
 *       says that any thread may. Fields that other threads read are volatile.
 *   <li>Other threads reach the client through its mailbox: {@link #tell} adds a message, and the client's event loop
 *       writes it between two batches of requests. Messages count towards the client's output limit.
 *   <li>{@link #refresh} combines all that can stand between the client and a command into one boolean, which is all
 *       that the executor checks for nearly every request. Call it after changing any of that.
 *   <li>A connection may move to another event loop, with its session, while nothing of it is under way.
 * </ul>
 */
public final class Session {
    /** Which replies a client wants, by CLIENT REPLY. */
    public enum Replies {
        ON,
        OFF,
        /** All but the reply to the next command. */
        SKIP_NEXT
    }

    /** What CLIENT CACHING has said about the next command. */
    public enum Caching {
        UNSAID,
        YES,
        NO
    }

    /** A message to a client that is not the reply to a request. */
    interface Message {
        /** Writes the message in the protocol that the client has chosen. */
        void writeTo(ReplyWriter reply, Session session);

        /** Its approximate size. */
        int bytes();

        /** Takes over what the message behind it says, if both can be said in one. */
        default boolean absorbs(Message following) {
            return false;
        }
    }

    /** The memory of a connection on which nothing is under way. */
    private static final int CONNECTION_BYTES = 3 << 10;

    /** Never used twice. */
    public final long id;

    public final Link link;
    final long createdMillis = System.currentTimeMillis();
    private final long createdNanos = System.nanoTime();
    private volatile CommandExecutor executor;

    public volatile int database;
    public volatile boolean resp3;
    public volatile String name = "";
    public volatile String libraryName = "";
    public volatile String libraryVersion = "";
    public volatile User user;
    /** The {@link User#channelLosses} that were considered. */
    private int channelLosses;
    /** The {@link Users#changes} that were considered. */
    private int userChanges;

    private volatile boolean authenticated;
    /** Every command sets it, with opaque mode: a volatile write would make the processor wait for earlier stores. */
    public final AtomicReference<@Nullable String> lastCommand = new AtomicReference<>();

    volatile long lastActiveNanos = createdNanos;
    public volatile boolean noEvict;
    public volatile boolean noTouch;
    public volatile boolean monitors;
    /** Whether the client takes no further requests. */
    volatile boolean closing;

    public volatile @Nullable Tracking tracking;
    public volatile @Nullable Subscriptions subscriptions;
    public volatile @Nullable Transaction transaction;

    public Replies replies = Replies.ON;
    public Caching caching = Caching.UNSAID;
    /** Whether nothing restricts the client: no transaction, no rules, no subscriptions of RESP2, and so on. */
    boolean plain;

    /** Whether a command of the client is done in slices. No later request may overtake it. */
    boolean slicing;
    /** The size of that command's request. */
    int slicedBytes;

    /** Loads that the client waits for. */
    public int loadsAwaited;
    /** The client's writes that L2 has not answered yet. */
    public int writesAwaited;
    /** The client's writes that were sent to L2, all in all. */
    public int writesSent;
    /** The client's requests under way that no later request may overtake. */
    public int barriersAwaited;
    /** The client's own connection to L2, while it needs one. */
    public volatile @Nullable UpstreamConnection own;

    private final ConcurrentLinkedQueue<Message> mailbox = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean delivering = new AtomicBoolean();

    private final AtomicLong mailboxBytes = new AtomicLong();

    Session(long id, Link link, CommandExecutor executor, User user, boolean authenticated) {
        this.id = id;
        this.link = link;
        this.executor = executor;
        this.user = user;
        this.channelLosses = user.channelLosses();
        this.authenticated = authenticated;
    }

    /** Another event loop serves the client from now on. Call it on that loop. */
    public void movedTo(CommandExecutor other) {
        executor = other;
    }

    /** Whether the client has logged in or need not. */
    public boolean isAuthenticated() {
        return authenticated;
    }

    /** The client acts as this user from now on. */
    public void logIn(User as) {
        user = as;
        channelLosses = as.channelLosses();
        authenticated = true;
        refresh();
    }

    /** The client acts as the default user again, like one that has just connected. */
    public void logOut(Users users) {
        user = users.defaultUser();
        channelLosses = user.channelLosses();
        authenticated = !users.needsLogin();
        refresh();
    }

    /** Applies the current rules of the client's user if any were changed. Call it before requests are run. */
    void judgeAgain(Users users) {
        int changes = users.changes();
        if (userChanges != changes) {
            userChanges = changes;
            judgeAgain();
        }
    }

    /**
     * Applies the current rules of the client's user. The client is disconnected if its user was deleted, or if it has
     * subscriptions and its user has lost a right to channels.
     */
    void judgeAgain() {
        boolean hasLost = channelLosses != user.channelLosses();
        channelLosses = user.channelLosses();
        if (user.deleted || hasLost && isSubscribed()) {
            kill();
        }
        refresh();
    }

    /** Whether the client has subscriptions, here or in L2. Any thread. */
    public boolean isSubscribed() {
        Subscriptions here = subscriptions;
        UpstreamConnection toL2 = own;
        return here != null && here.count() > 0 || toL2 != null && toL2.isSubscribed();
    }

    /** Whether the client takes no further requests. */
    public boolean isClosing() {
        return closing;
    }

    /** Takes no further requests, and closes the connection after the replies were sent. */
    public void finish() {
        closing = true;
        link.finish();
    }

    /** Takes no further requests, and closes the connection at once. May be called from any thread. */
    public void kill() {
        closing = true;
        link.kill();
    }

    /** When the client connected, by {@link System#nanoTime}. */
    public long createdNanos() {
        return createdNanos;
    }

    /** When the last batch of requests arrived, by {@link System#nanoTime}. */
    public long lastActiveNanos() {
        return lastActiveNanos;
    }

    /** Restarts the time after which the client is idle: a command that blocked has its reply. Any thread. */
    public void unblocked() {
        lastActiveNanos = System.nanoTime();
    }

    /** Whether the client waits for messages, here or in L2, so that it is not idle although it sends no requests. */
    public boolean isListening() {
        Subscriptions here = subscriptions;
        UpstreamConnection toL2 = own;
        return monitors || tracking != null || here != null && here.count() > 0 || toL2 != null && toL2.listens();
    }

    /** Whether a command of the client blocks in L2, such as BLPOP. */
    public boolean waitsInL2() {
        UpstreamConnection waiting = own;
        return waiting != null && waiting.isBlocked();
    }

    /** Whether the client may only subscribe, unsubscribe and the like. */
    public boolean isSubscriberInResp2() {
        Subscriptions here = subscriptions;
        UpstreamConnection toL2 = own;
        return !resp3 && (here != null && here.count() > 0 || toL2 != null && toL2.hasSubscriptions());
    }

    public Tracking trackingOrNone() {
        Tracking own = tracking;
        return own == null ? Tracking.OFF : own;
    }

    /** Bytes that the client has not taken yet: those in the mailbox and those in the connection. Any thread. */
    public long unsentBytes() {
        return mailboxBytes.get() + link.unsentBytes();
    }

    /** Closes the client's own connection to L2, if it has one. */
    public void leaveOwnConnection() {
        UpstreamConnection leaving = own;
        if (leaving != null) {
            own = null;
            leaving.close();
        }
    }

    /** Adds a message to the mailbox, or disconnects a client that has left too much unread. Any thread. */
    void tell(Message message) {
        if (put(message)) {
            wake();
        }
    }

    /** Adds a message that is delivered at the end of this turn of the calling event loop. */
    void tell(Message message, TurnDelivery turn) {
        if (put(message)) {
            turn.add(this);
        }
    }

    /** What is delivered when the client's batch of requests ends. */
    TurnDelivery turn() {
        return executor.turn;
    }

    private boolean put(Message message) {
        if (closing) {
            return false;
        }
        long waiting = mailboxBytes.addAndGet(message.bytes()) + link.unsentBytes();
        if (executor.shared().outputLimits.exceeds(this, waiting)) {
            executor.shared().counters.outputLimitDisconnects.increment();
            kill();
            mailbox.clear();
            return false;
        }
        mailbox.add(message);
        link.messagesGrew(message.bytes());
        return true;
    }

    /** Has the mailbox delivered. Any thread. */
    void wake() {
        if (!delivering.getAndSet(true)) {
            link.execute(this::deliver);
        }
    }

    private void deliver() {
        delivering.set(false);
        ReplyWriter reply = executor.reply();
        reply.begin(link, resp3);
        Message next = take();
        while (next != null) {
            Message following = take();
            if (following == null || !next.absorbs(following)) {
                next.writeTo(reply, this);
                next = following;
            }
        }
        if (reply.end()) {
            link.flush();
        }
    }

    private @Nullable Message take() {
        Message next = mailbox.poll();
        if (next != null) {
            mailboxBytes.addAndGet(-next.bytes());
            link.messagesGrew(-next.bytes());
        }
        return next;
    }

    /** Finds out again whether anything restricts the client. */
    public void refresh() {
        plain = authenticated
                && user.mayEverything()
                && transaction == null
                && replies == Replies.ON
                && tracking == null
                && !isSubscriberInResp2();
    }

    /** The memory that the client's transaction takes. */
    public long transactionBytes() {
        Transaction held = transaction;
        return held == null ? 0 : held.bytes();
    }

    /** The approximate memory on the heap that the client takes, but for requests and messages. */
    public long heldBytes() {
        Subscriptions listens = subscriptions;
        Tracking tracks = tracking;
        return CONNECTION_BYTES
                + transactionBytes()
                + slicedBytes
                + (listens == null ? 0 : listens.bytes())
                + (tracks == null ? 0 : tracks.bytes());
    }

    /** Forgets the watched keys and the queued commands. */
    public void endTransaction() {
        transaction = null;
        refresh();
    }
}
