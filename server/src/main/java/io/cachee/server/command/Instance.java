package io.cachee.server.command;

import io.cachee.l2.L2Options;
import io.cachee.resp.Request;
import io.cachee.server.config.OutputLimit;
import io.cachee.server.metrics.MetricWriter;
import io.cachee.server.tier.FleetList;
import io.cachee.server.tier.KeyspacePolicy;
import io.cachee.server.tier.Keyspaces;
import io.cachee.server.tier.Tier;
import io.cachee.server.tier.WarmUp;
import io.cachee.store.Store;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** What the commands of all clients share: the store, and everything that the sidecar knows beside it. */
public final class Instance {
    final Store store;
    final InstanceOptions options;
    final CommandTable table = Table.create();
    final Databases databases;
    final WallClock wallClock;
    final Tunables tunables = new Tunables();
    final Clients clients = new Clients();
    final Users users = new Users(table);
    final PubSub pubSub = new PubSub();
    final TrackingTable tracking = new TrackingTable(this);
    final Signals signals = new Signals(this);
    final OutputLimits outputLimits = new OutputLimits(tunables);
    final InstanceCounters counters = new InstanceCounters();
    final ErrorCounts errors = new ErrorCounts();
    final SlowLog slowLog = new SlowLog(tunables);
    final LatencyEvents latencyEvents = new LatencyEvents(tunables);
    final Monitors monitors = new Monitors();
    final Pause pause = new Pause();
    private final InstanceEvents events = new InstanceEvents(this);
    final LoginGuard loginGuard = new LoginGuard();
    final Rates rates = new Rates();
    final ExecutionGate gate;
    /** Forty characters that no other run has. */
    final String runId = RunId.next();

    /** What stands behind the store; null while it stands alone. */
    volatile @Nullable Tiers tiers;

    final L2State l2State = new L2State();
    final Keyspaces keyspaces = new Keyspaces();
    private final HottestKeys hottestKeys = new HottestKeys(this);
    volatile WarmUp.@Nullable Result warmUp;

    final long startedNanos = System.nanoTime();
    final long startedMillis = System.currentTimeMillis();
    private final List<CommandExecutor> executors = new CopyOnWriteArrayList<>();
    private final FailureLog failureLog;

    /** What counters were when CONFIG RESETSTAT was called. */
    volatile Totals baseline = Totals.ZERO;

    public Instance(Store store, InstanceOptions options, int loops, FailureLog failureLog) {
        this.store = store;
        this.options = options;
        this.wallClock = new WallClock(store);
        this.databases = new Databases(options.databases());
        this.gate = new ExecutionGate(loops);
        this.failureLog = failureLog;
    }

    /** Has what the store removes of its own accord told to those who listen. */
    public void listenTo(RemovedKeys removed) {
        removed.tell(this);
    }

    /** Puts the store before an L2: from now on it holds values of one of its databases. Before clients come. */
    public void standBefore(
            L2Options link, EventLoop loop, int database, int mostLoads, Map<String, KeyspacePolicy> policies) {
        keyspaces.define(policies);
        Tier tier = Tier.open(
                store,
                keyspaces,
                key -> databases.storedName(database, key),
                new L2Events(this, database),
                loop,
                link,
                mostLoads);
        tiers = new Tiers(this, tier, database);
        users.acceptOthers();
    }

    /** Where failures go that are no client's. */
    @FunctionalInterface
    public interface FailureLog {
        void log(String message, @Nullable Throwable cause);

        /** What is no failure, but worth knowing. */
        default void info(String message) {
            log(message, null);
        }
    }

    /** The executor of one more event loop. */
    public CommandExecutor executor(ByteBufAllocator allocator) {
        CommandExecutor executor = new CommandExecutor(this, executors.size(), allocator);
        executors.add(executor);
        return executor;
    }

    List<CommandExecutor> executors() {
        return executors;
    }

    Session connected(Link link, CommandExecutor executor) {
        User user = users.defaultUser();
        Session session = new Session(clients.nextId(), link, executor, user, !users.needsLogin());
        clients.add(session);
        counters.connections.increment();
        return session;
    }

    void disconnected(Session session) {
        session.closing = true;
        session.leaveOwnConnection();
        clients.remove(session);
        pubSub.forget(session);
        tracking.turnOff(session);
        if (session.monitors) {
            monitors.remove(session);
        }
        outputLimits.caughtUp(session);
    }

    /** Remembers what a tracking client is about to read, where it wants that. */
    void trackReads(Session session, Tracking wanted, Command command, Request request) {
        if (!command.reads || wanted.broadcast()) {
            return;
        }
        boolean toldYes = session.caching == Session.Caching.YES;
        boolean toldNo = session.caching == Session.Caching.NO;
        boolean remember = wanted.optIn() ? toldYes : !(wanted.optOut() && toldNo);
        if (remember) {
            for (int i = command.firstKey; i <= command.lastKeyOf(request); i += command.keyStep) {
                tracking.reads(session, request.bytes(i));
            }
        }
    }

    void log(String message, @Nullable Throwable cause) {
        failureLog.log(message, cause);
    }

    void info(String message) {
        failureLog.info(message);
    }

    long slowNanos() {
        long micros = tunables.slowlogMicros;
        long slowlog = micros < 0 ? Long.MAX_VALUE : micros * 1_000;
        long millis = tunables.latencyThresholdMillis;
        return millis <= 0 ? slowlog : Math.min(slowlog, millis * 1_000_000);
    }

    /** So many calls of a command have taken long together; which request that was is not known of several. */
    void slow(Command command, @Nullable Request request, int calls, long nanos, Session session) {
        slowLog.record(command, request, calls, nanos, session);
        latencyEvents.record(command.flags.contains(Flag.FAST) ? "fast-command" : "command", nanos);
    }

    /** How many commands were run since the start. */
    public long commandsRun() {
        long sum = 0;
        for (CommandExecutor executor : executors) {
            sum += executor.stats.commands();
        }
        return sum;
    }

    /** Counters of all event loops together, since the start. */
    Totals rawTotals() {
        Totals sum = Totals.ZERO;
        for (CommandExecutor executor : executors) {
            LoopStats s = executor.stats;
            sum = sum.plus(new Totals(s.hits(), s.misses(), s.commands(), s.bytesIn(), s.bytesOut()));
        }
        return sum;
    }

    /** Counters of all event loops together, since the start or CONFIG RESETSTAT. */
    Totals totals() {
        return rawTotals().minus(baseline);
    }

    /** Those keys that take most reads, or most bytes, the most first. */
    List<HotKeys.Entry> hottest(boolean byBytes, int most) {
        Map<Bytes, Long> sums = new HashMap<>();
        for (CommandExecutor executor : executors) {
            for (HotKeys.Entry entry : executor.hotKeys(byBytes).entries()) {
                sums.merge(entry.key(), entry.count(), Long::sum);
            }
        }
        List<HotKeys.Entry> all = new ArrayList<>();
        sums.forEach((key, count) -> all.add(new HotKeys.Entry(key, count)));
        all.sort((a, b) -> Long.compare(b.count(), a.count()));
        return all.size() > most ? all.subList(0, most) : all;
    }

    /** All reads, or bytes, of which those of the hottest keys are a share. */
    long counted(boolean ofBytes) {
        return executors.stream().mapToLong(e -> e.hotKeys(ofBytes).total()).sum();
    }

    /** How many keys a database has. Counted one by one once more than one was ever used. */
    long keysOf(int database) {
        if (!databases.severalUsed()) {
            return database == 0 ? store.size() : 0;
        }
        long[] count = new long[1];
        long cursor = 0;
        do {
            cursor = store.scan(cursor, 1_000, (key, _) -> {
                if (databases.databaseOf(key) == database) {
                    count[0]++;
                }
            });
        } while (cursor != 0);
        return count[0];
    }

    /** How long commands took: of a group, or all with null; through a door, or all with null. */
    LatencyHistogram.Sum latency(Command.@Nullable Group group, @Nullable Transport transport) {
        LatencyHistogram.Sum sum = new LatencyHistogram.Sum();
        for (CommandExecutor executor : executors) {
            for (Command.Group g : Command.Group.values()) {
                for (Transport t : Transport.values()) {
                    if ((group == null || g == group) && (transport == null || t == transport)) {
                        executor.stats.latency(g, t).addTo(sum);
                    }
                }
            }
        }
        return sum;
    }

    /** Users' rules were changed: clients that are connected are judged by the new ones. */
    void usersChanged() {
        for (Session session : clients.all()) {
            session.link.execute(() -> {
                if (session.user.deleted) {
                    session.closing = true;
                    session.link.kill();
                }
                session.refresh();
            });
        }
    }

    // ---------------------------------------------------------------- for the parts around it

    /** To be called every second or so. */
    public void tick() {
        rates.sample(rawTotals().commands());
    }

    /** The store as the first of two tiers, or null. */
    public @Nullable Tier tier() {
        Tiers behind = tiers;
        return behind == null ? null : behind.tier();
    }

    /** A key of database 0 as the store knows it. */
    public byte[] storedName(byte[] key) {
        return databases.storedName(0, key);
    }

    /** Of keys as a store knows them those of the database that is kept here, as L2 knows them. */
    public List<byte[]> namesInL2(List<byte[]> stored) {
        Tiers behind = tiers;
        return behind == null
                ? List.of()
                : stored.stream()
                        .filter(key -> databases.databaseOf(key) == behind.database())
                        .map(databases::nameOf)
                        .toList();
    }

    /** The hottest keys of L1. Of one thread. */
    public List<FleetList.Weighted> hottestKeys(int most) {
        Tiers behind = tiers;
        return behind == null ? List.of() : hottestKeys.find(most, behind.database());
    }

    /** Takes note of what was loaded before the first client came. */
    public void warmedUp(WarmUp.Result result) {
        warmUp = result;
    }

    /** Whether what is served of L2 is vouched for. */
    public boolean isCoherent() {
        Tiers behind = tiers;
        return behind == null || behind.tier().l2().status().isCoherent();
    }

    /** How L2 is, in plain words; empty where there is none. */
    public String l2State() {
        Tiers behind = tiers;
        return behind == null ? "" : l2State.words(behind.tier().l2().status());
    }

    /** Leaves L2. To be called before the event loops end. */
    public void leaveL2() {
        Tiers behind = tiers;
        if (behind != null) {
            int lost = behind.tier().drain();
            if (lost > 0) {
                log(lost + " keys that were written are not in L2, and are lost", null);
            }
            behind.tier().close();
        }
    }

    /** Gives back what executors hold. To be called when all event loops have ended. */
    public void close() {
        executors.forEach(executor -> executor.reply().close());
        executors.clear();
    }

    /** How event loops wait for clients. */
    public volatile String multiplexing = "none";

    /** How many event loops are used for now. */
    public volatile IntSupplier loopsUsed = executors::size;

    /** For how long event loops have looked for requests instead of sleeping, in all. */
    public volatile LongSupplier busyPollNanos = () -> 0;

    /** How the sidecar is asked to end, by SHUTDOWN. */
    public @Nullable Runnable onShutdown;

    /** Sets what CONFIG SET could set, all or nothing; an exception names what is wrong. */
    public void configure(Map<String, String> parameters) {
        prepare(parameters).run();
    }

    /** Checks what CONFIG SET could set, or says what is wrong; what is returned puts all of it into effect. */
    public Runnable prepare(Map<String, String> parameters) {
        List<Runnable> changes = new ArrayList<>();
        parameters.forEach((name, value) -> {
            Parameter parameter = Objects.requireNonNull(Parameter.find(name), name);
            try {
                changes.add(parameter.change(this, value));
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException("--" + name + ": " + wrong.getMessage(), wrong);
            }
        });
        return () -> changes.forEach(Runnable::run);
    }

    /** Defines users by lines such as {@code user NAME RULE ...}; an exception names the line that is wrong. */
    public void defineUsers(List<String> lines) {
        for (int i = 0; i < lines.size(); i++) {
            String where = "--users-file: user " + (i + 1) + ": ";
            List<String> words = List.of(lines.get(i).split("\\s+", -1));
            if (words.size() < 2 || !words.getFirst().equals("user")) {
                throw new IllegalArgumentException(
                        "--users-file: user " + (i + 1) + ": 'user NAME RULE ...' is expected");
            }
            try {
                List<String> rules = new ArrayList<>(words.subList(2, words.size()));
                rules.addFirst("reset");
                users.set(words.get(1), rules);
            } catch (IllegalArgumentException wrong) {
                throw new IllegalArgumentException(where + wrong.getMessage(), wrong);
            }
        }
    }

    /** Writes, reads and deletes an entry that no client sees; what went wrong, or empty. */
    public String selfTest() {
        byte[] key = Databases.selfTestKey();
        byte[] value = Long.toHexString(System.nanoTime()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        try {
            store.put(key, value);
            byte[] read = store.get(key);
            store.delete(key, 0, key.length);
            boolean evicted = read == null;
            return evicted || java.util.Arrays.equals(read, value) ? "" : "an entry was read that was not written";
        } catch (RuntimeException | InternalError broken) {
            return "the store cannot be written and read: " + broken;
        }
    }

    /** Writes what Prometheus is told. */
    public void writeMetrics(MetricWriter out) {
        new InstanceMetrics(this, out).write();
    }

    /** Share of reads since the start that found a value. */
    public long reads() {
        Totals totals = totals();
        return totals.hits() + totals.misses();
    }

    /** The share of them that found something. */
    public double hitRate() {
        Totals totals = rawTotals();
        long lookups = totals.hits() + totals.misses();
        return lookups == 0 ? 0 : (double) totals.hits() / lookups;
    }

    /** Milliseconds since the start. */
    public long uptimeMillis() {
        return (System.nanoTime() - startedNanos) / 1_000_000;
    }

    /** Where connections report what befalls them. */
    public InstanceEvents events() {
        return events;
    }

    /** The largest argument that is read: a little more than the largest value, so that SET can say what is wrong. */
    public int maxBulkBytes() {
        return (int) Math.min(store.maxValueSize() + (1 << 20), tunables.queryBufferBytes);
    }

    /** The largest request that is read, in bytes. */
    public int queryBufferBytes() {
        return tunables.queryBufferBytes;
    }

    /** Whether clients must log in. */
    public boolean needsLogin() {
        return users.needsLogin();
    }

    /** How many clients may be connected. */
    public int maxClients() {
        return tunables.maxClients;
    }

    /** How many clients are connected. */
    public int clientCount() {
        return clients.count();
    }

    /** After how many seconds of silence a client is disconnected; 0 for never. */
    public int timeoutSeconds() {
        return tunables.timeoutSeconds;
    }

    /** The limit on what an ordinary client may leave unread. */
    public OutputLimit outputLimit() {
        return tunables.normalOutput;
    }
}
