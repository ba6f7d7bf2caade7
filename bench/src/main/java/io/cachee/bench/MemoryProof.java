package io.cachee.bench;

import io.cachee.testkit.RedisServerProcess;
import io.cachee.testkit.RespClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Runs the distribution's sidecar in a container's memory limit, under each of {@link MemoryLoads}, and tells what the
 * kernel says: how much memory there was at most, and whether it killed anybody.
 */
final class MemoryProof {
    private static final long MB = 1 << 20;
    private static final int PORT = 16_381;
    private static final long READY_MILLIS = 20_000;

    private final List<String> cachee;
    private final long storeBytes;
    private final long limitBytes;
    private final int seconds;

    MemoryProof(List<String> cachee, long storeBytes, long limitBytes, int seconds) {
        this.cachee = cachee;
        this.storeBytes = storeBytes;
        this.limitBytes = limitBytes;
        this.seconds = seconds;
    }

    /** Arguments: the launcher, seconds for each load, a part of the loads' names or empty, and sizes of the store. */
    public static void main(String[] arguments) throws Exception {
        boolean allSurvived = true;
        for (String megabytes : List.of(arguments).subList(3, arguments.length)) {
            String[] sizes = megabytes.split("/", -1);
            long store = Long.parseLong(sizes[0]) * MB;
            long limit = sizes.length > 1 ? Long.parseLong(sizes[1]) * MB : limitFor(store);
            allSurvived &= new MemoryProof(List.of(arguments[0]), store, limit, Integer.parseInt(arguments[1]))
                    .run(arguments[2]);
        }
        System.exit(allSurvived ? 0 : 1);
    }

    /** The documented rule: half as much again as the store, and 64 MB beside the store at least. */
    private static long limitFor(long store) {
        return Math.max(store + 64 * MB, store / 2 * 3);
    }

    private boolean run(String part) throws Exception {
        System.out.printf("== store of %d MB in a limit of %d MB%n", storeBytes / MB, limitBytes / MB);
        boolean survived = true;
        for (Map.Entry<String, MemoryLoads.Kind> load :
                MemoryLoads.all(storeBytes).entrySet()) {
            if (load.getKey().contains(part)) {
                survived &= run(load.getKey(), load.getValue());
            }
        }
        return survived;
    }

    /** Whether the sidecar lives through this kind of load. */
    boolean run(String name, MemoryLoads.Kind kind) throws Exception {
        if (!kind.beforeL2()) {
            return run(name, kind, List.of());
        }
        try (RedisServerProcess l2 = RedisServerProcess.start()) {
            return run(name, kind, List.of("--l2=redis://127.0.0.1:" + l2.port()));
        }
    }

    private boolean run(String name, MemoryLoads.Kind kind, List<String> flags)
            throws IOException, InterruptedException {
        Path log = Files.createTempFile("cachee-memory", ".log");
        int port = PORT;
        try (MemoryGroup group = MemoryGroup.of("cachee-memory", limitBytes)) {
            Process sidecar = new ProcessBuilder(group.command(command(port, flags)))
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
            try {
                awaitReady(port, sidecar, log);
                fill(port);
                MemoryLoad load = new MemoryLoad(port);
                load.run(kind.clients(), seconds, kind.client());
                return report(name, group, load, sidecar, log);
            } finally {
                sidecar.destroyForcibly();
                sidecar.waitFor();
            }
        } finally {
            Files.delete(log);
        }
    }

    private List<String> command(int port, List<String> flags) {
        List<String> command = new ArrayList<>(cachee);
        command.addAll(List.of(
                "start",
                "--port=" + port,
                "--health-port=0",
                "--metrics-port=0",
                "--max-memory=" + storeBytes / MB + "mb"));
        command.addAll(flags);
        return command;
    }

    private static void awaitReady(int port, Process sidecar, Path log) throws IOException, InterruptedException {
        long deadline = System.currentTimeMillis() + READY_MILLIS;
        while (System.currentTimeMillis() < deadline) {
            try (RespClient client = RespClient.connect(port)) {
                client.call("PING");
                return;
            } catch (IOException notYet) {
                if (!sidecar.isAlive()) {
                    break;
                }
                Thread.sleep(20);
            }
        }
        throw new IOException("the sidecar did not start: " + Files.readString(log));
    }

    /** Uses every page of the store, so that all that comes then is beside it. */
    private void fill(int port) throws IOException {
        try (RespClient client = RespClient.connect(port)) {
            byte[] value = new byte[100_000];
            for (long i = 0; i < storeBytes / value.length * 11 / 10; i++) {
                client.call("SET", "fill:" + i, value);
            }
        }
    }

    private boolean report(String name, MemoryGroup group, MemoryLoad load, Process sidecar, Path log)
            throws IOException {
        boolean survived = sidecar.isAlive() && group.kills() == 0;
        System.out.printf(
                Locale.ROOT,
                "%-36s %s  peak %4d MB + TCP %3d, now held %4d; %8d exchanges, %6d ended%n",
                name,
                survived ? "alive " : "KILLED",
                group.peakBytes() / MB,
                group.peakTcpBytes() / MB,
                group.anonymousBytes() / MB,
                load.replies(),
                load.ended());
        List<String> lines = Files.readAllLines(log);
        if (!survived) {
            lines.subList(Math.max(0, lines.size() - 12), lines.size())
                    .forEach(line -> System.out.println("    " + line));
        }
        return survived;
    }
}
