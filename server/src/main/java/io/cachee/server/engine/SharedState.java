package io.cachee.server.engine;

import io.cachee.resp.Request;
import io.cachee.server.metrics.ErrorCounts;
import io.cachee.store.Store;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** The state that the commands of all clients share: the store, and what the engine keeps beside it. */
public final class SharedState {
    public final Store store;
    public final SidecarOptions options;
    public final CommandTable table;
    public final Databases databases;
    public final WallClock wallClock;
    public final Tunables tunables = new Tunables();
    public final Clients clients = new Clients();
    public final Users users;
    public final PubSub pubSub = new PubSub();
    public final TrackingTable tracking = new TrackingTable(this);
    final KeyChangeNotifier keyChanges = new KeyChangeNotifier(this);
    final OutputLimits outputLimits = new OutputLimits(tunables);
    public final ClientCounters counters = new ClientCounters();
    public final ErrorCounts errors = new ErrorCounts();
    public final SlowLog slowLog = new SlowLog(tunables);
    public final LatencyEvents latencyEvents = new LatencyEvents(tunables);
    public final Monitors monitors = new Monitors();
    public final Pause pause = new Pause();
    public final LoginGuard loginGuard = new LoginGuard(System::nanoTime);
    public final AclLog aclLog = new AclLog(tunables, System::currentTimeMillis);
    final ExecutionGate gate;
    public final Statistics statistics = new Statistics();
    /** Identifies this run of the sidecar. */
    public final String runId = RunId.next();

    public final long startedNanos = System.nanoTime();
    public final long startedMillis = System.currentTimeMillis();
    private final ConnectionEvents events = new ConnectionEvents(this);
    private final FailureLog failureLog;

    private volatile CommandRouting routing = new CommandRouting() {};
    private volatile LoopFigures loopFigures = LoopFigures.NONE;
    private volatile ClientMemory clientMemory = ClientMemory.NONE;
    private volatile @Nullable Runnable onShutdown;
    private volatile @Nullable UsersFile usersFile;

    public SharedState(Store store, SidecarOptions options, CommandTable table, int loops, FailureLog failureLog) {
        this.store = store;
        this.options = options;
        this.table = table;
        this.users = new Users(table, tunables);
        this.wallClock = new WallClock(store);
        this.databases = new Databases(options.databases());
        this.gate = new ExecutionGate(loops);
        this.failureLog = failureLog;
    }

    // ---------------------------------------------------------------- routing, network and store

    /** Decides who answers commands. */
    public CommandRouting routing() {
        return routing;
    }

    /** Sets the routing. Call before accepting clients. */
    public void routeBy(CommandRouting chosen) {
        routing = chosen;
        if (chosen.hasL2()) {
            users.acceptOthers();
        }
    }

    /** What the network reports about its event loops. */
    public LoopFigures loopFigures() {
        return loopFigures;
    }

    /** Sets what the network reports about its event loops. */
    public void reportLoops(LoopFigures figures) {
        loopFigures = figures;
    }

    /** What the network reports about the memory of clients. */
    public ClientMemory clientMemory() {
        return clientMemory;
    }

    /** Sets what the network reports about the memory of clients. */
    public void reportClientMemory(ClientMemory figures) {
        clientMemory = figures;
    }

    /** What SHUTDOWN calls; null if SHUTDOWN is not possible. */
    @Nullable
    public Runnable onShutdown() {
        return onShutdown;
    }

    /** Sets what SHUTDOWN calls. */
    public void onShutdown(Runnable end) {
        onShutdown = end;
    }

    /** The file that users come from; null if there is none. */
    @Nullable
    public UsersFile usersFile() {
        return usersFile;
    }

    /** Sets the file that users come from. */
    public void usersFile(UsersFile file) {
        usersFile = file;
    }

    /**
     * The row of a request, subcommands and commands that the table lacks included; null if no one has such a command.
     */
    public @Nullable Command resolve(Request request) {
        Command row = table.rowOf(request);
        boolean isListed = row != null && (!row.hasSubcommands() || request.count() < 2);
        return isListed ? row : routing.unlisted(row, request);
    }

    /** Notes that a user's rules refused a request. */
    void denied(Session session, Command command, Request request, Denial denial) {
        counters.denied(denial.kind());
        Transaction open = session.transaction;
        UpstreamConnection own = session.own;
        boolean inTransaction = open != null && open.open || own != null && own.isInTransaction();
        String object = denial.object(command, request);
        aclLog.add(new AclLog.What(denial.kind(), inTransaction, object, session.user.name), session);
    }

    /** Notes a wrong password. A name that is no user's may be a password in the wrong place. */
    public void loginFailed(Session session, Request request, String name) {
        counters.authFailures.increment();
        String shown = users.find(name) == null ? "(unknown)" : name;
        aclLog.add(new AclLog.What(Denial.Kind.AUTH, false, request.text(0), shown), session);
    }

    /** Reports the keys that the store evicts or expires to the clients that listen for changes. */
    public void listenTo(RemovedKeys removed) {
        removed.reportTo(this);
    }

    // ---------------------------------------------------------------- clients

    /** Creates the executor of an event loop. */
    public CommandExecutor executor(ByteBufAllocator allocator) {
        return statistics.add(this, allocator);
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
        outputLimits.forget(session);
    }

    /** The events that connections report. */
    public ConnectionEvents events() {
        return events;
    }

    /**
     * The largest argument that is read. It exceeds the largest value a little, so that SET can refuse a larger one.
     */
    public int maxBulkBytes() {
        return (int) Math.min(store.maxValueSize() + (1 << 20), tunables.queryBufferBytes);
    }

    /** A key of database 0 as it is in the store. */
    public byte[] storedName(byte[] key) {
        return databases.storedName(0, key);
    }

    // ---------------------------------------------------------------- logs and counters

    public void log(String message, @Nullable Throwable cause) {
        failureLog.log(message, cause);
    }

    public void info(String message) {
        failureLog.info(message);
    }

    /** How many nanoseconds a command must take to be reported as slow. */
    long slowNanos() {
        long micros = tunables.slowlogMicros;
        long slowlog = micros < 0 ? Long.MAX_VALUE : micros * 1_000;
        long millis = tunables.latencyThresholdMillis;
        return millis <= 0 ? slowlog : Math.min(slowlog, millis * 1_000_000);
    }

    /** Reports calls of a command that took long together; the request is null if there were several. */
    void slow(Command command, @Nullable Request request, int calls, long nanos, Session session) {
        slowLog.record(command, request, calls, nanos, session);
        latencyEvents.record(command.flags.contains(CommandFlag.FAST) ? "fast-command" : "command", nanos);
    }

    /** Milliseconds since the start. */
    public long uptimeMillis() {
        return (System.nanoTime() - startedNanos) / 1_000_000;
    }

    /** Releases the buffers of the executors. Call after all event loops have ended. */
    public void close() {
        statistics.close();
    }
}
