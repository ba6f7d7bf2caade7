package io.cachee.bench;

import io.cachee.server.load.LoadGenerator;
import io.cachee.server.load.LoadPlan;
import io.cachee.server.load.LoadResult;
import io.cachee.server.load.TargetServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * A sidecar, in a process of its own, under everything at once for a while: ordinary load over more keys than fit,
 * clients that come and go, some amid a request, clients that do not read their replies, values up to the largest. At
 * the end: no leaked buffer by Netty's strictest detector, no error, no growth of memory.
 *
 * <p>Arguments: minutes, and flags of start.
 */
final class SoakReport {
    private static final String LAUNCHER = "server/target/dist/cachee/bin/cachee";
    private static final int PORT = 16_380;
    private static final long MAX_MEMORY = 256L << 20;
    private static final int LARGEST = 30 << 20;
    private static final List<String> BAD_SIGNS = List.of("LEAK:", " ERROR ", "Exception", "OutOfMemory");

    private final long deadlineNanos;
    private final TargetServer target = TargetServer.parse("127.0.0.1:" + PORT, "");
    private final List<String> complaints = new ArrayList<>();
    private final AtomicLong visits = new AtomicLong();
    private final AtomicLong slowReaders = new AtomicLong();
    private final AtomicLong largeValues = new AtomicLong();
    private final AtomicLong mistakes = new AtomicLong();

    private SoakReport(double minutes) {
        this.deadlineNanos = System.nanoTime() + (long) (minutes * TimeUnit.MINUTES.toNanos(1));
    }

    public static void main(String[] args) throws Exception {
        double minutes = args.length > 0 ? Double.parseDouble(args[0]) : 20;
        List<String> flags = List.of(args).subList(Math.min(1, args.length), args.length);
        System.exit(new SoakReport(minutes).run(flags) ? 0 : 1);
    }

    private boolean run(List<String> flags) throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                LAUNCHER,
                "start",
                "--port=" + PORT,
                "--health-port=0",
                "--metrics-port=0",
                "--max-memory=" + MAX_MEMORY,
                "--shm=" + Path.of("/dev/shm/cachee-soak.shm"));
        builder.command().addAll(flags);
        builder.environment().put("CACHEE_JAVA_OPTS", "-Dio.netty.leakDetection.level=paranoid");
        builder.redirectErrorStream(true);
        Process sidecar = builder.start();
        try {
            Thread log = Thread.ofPlatform().daemon().start(() -> follow(sidecar));
            awaitPong();
            return soak(sidecar, log);
        } finally {
            sidecar.destroy();
            if (!sidecar.waitFor(20, TimeUnit.SECONDS)) {
                sidecar.destroyForcibly();
            }
        }
    }

    private void follow(Process sidecar) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(sidecar.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (BAD_SIGNS.stream().anyMatch(line::contains)) {
                    synchronized (complaints) {
                        complaints.add(line);
                    }
                }
            }
        } catch (IOException ended) {
            // The process has ended, as expected.
            return;
        }
    }

    private void awaitPong() throws IOException {
        for (int i = 0; ; i++) {
            try {
                target.ask("PING");
                return;
            } catch (IOException notYet) {
                if (i > 200) {
                    throw notYet;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            }
        }
    }

    private boolean soak(Process sidecar, Thread log) throws IOException, InterruptedException {
        List<Thread> threads = new ArrayList<>();
        threads.add(Thread.ofPlatform().start(() -> repeat(this::visit)));
        threads.add(Thread.ofPlatform().start(() -> repeat(this::readSlowly)));
        threads.add(Thread.ofPlatform().start(() -> repeat(this::storeLarge)));
        LoadPlan plan = LoadPlan.builder()
                .clients(20)
                .pipeline(4)
                .readPercent(80)
                .keys(2_000_000)
                .skew(0.8)
                .valueBytes(200)
                .ratePerSecond(20_000)
                .seconds(30)
                .warmUpSeconds(1)
                .build();
        LoadGenerator generator = new LoadGenerator(plan);
        System.out.printf(
                "%8s %12s %10s %10s %10s %10s %10s%n",
                "minute", "requests", "p99.9 us", "errors", "resident", "heap", "clients");
        long start = System.nanoTime();
        long errors = 0;
        long firstResident = 0;
        long mostResident = 0;
        while (System.nanoTime() - deadlineNanos < 0) {
            LoadResult result = generator.run(target);
            if (!sidecar.isAlive()) {
                break;
            }
            errors += result.errors() + result.broken();
            long resident = resident(sidecar.pid()) - (MAX_MEMORY >> 10);
            mostResident = Math.max(mostResident, resident);
            firstResident = firstResident == 0 ? resident : firstResident;
            System.out.printf(
                    "%8.1f %12d %10.0f %10d %8d MB %10s %10s%n",
                    (System.nanoTime() - start) / 60e9,
                    result.requests(),
                    result.micros(99.9),
                    errors,
                    resident >> 10,
                    field("cachee_heap_used"),
                    field("connected_clients"));
        }
        for (Thread thread : threads) {
            thread.join();
        }
        boolean alive = sidecar.isAlive();
        sidecar.destroy();
        log.join(20_000);
        System.out.printf(
                "%d visits, %d slow readers, %d large values, %d wrong answers%n",
                visits.get(), slowReaders.get(), largeValues.get(), mistakes.get());
        System.out.printf(
                "resident beside the store: %d MB at first, %d MB at most%n", firstResident >> 10, mostResident >> 10);
        complaints.forEach(System.out::println);
        boolean good = alive && errors == 0 && mistakes.get() == 0 && complaints.isEmpty();
        System.out.println(good ? "ok" : "FAILED");
        return good;
    }

    private String field(String name) throws IOException {
        for (String line : target.ask("INFO", "everything").split("\r\n", -1)) {
            if (line.startsWith(name + ":")) {
                return line.substring(name.length() + 1);
            }
        }
        return "";
    }

    private static long resident(long pid) throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D+", ""));
            }
        }
        return 0;
    }

    // ---------------------------------------------------------------- clients of several kinds

    private interface Deed {
        void run(SplittableRandom random) throws IOException;
    }

    private void repeat(Deed deed) {
        SplittableRandom random = new SplittableRandom();
        while (System.nanoTime() - deadlineNanos < 0) {
            try {
                deed.run(random);
            } catch (SocketException cutOff) {
                // Some of the clients provoke that.
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
            } catch (IOException e) {
                mistakes.incrementAndGet();
                synchronized (complaints) {
                    complaints.add(e.toString());
                }
            }
        }
    }

    /** Connects, sends a request, and leaves: by closing, in the middle of a request, or by a reset. */
    private void visit(SplittableRandom random) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PORT)) {
            OutputStream out = socket.getOutputStream();
            switch (random.nextInt(4)) {
                case 0 -> out.write(ascii("*2\r\n$3\r\nGET\r\n$100\r\nhalf"));
                case 1 -> {
                    out.write(ascii("*1\r\n$4\r\nPING\r\n".repeat(100)));
                    socket.setSoLinger(true, 0);
                }
                case 2 -> out.write(ascii("*1\r\n$x\r\n"));
                default -> {
                    out.write(ascii("*1\r\n$4\r\nPING\r\n"));
                    expect(socket.getInputStream(), "+PONG\r\n");
                }
            }
        }
        visits.incrementAndGet();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
    }

    /** Requests more data than it reads. */
    private void readSlowly(SplittableRandom random) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PORT)) {
            socket.setSoTimeout(2_000);
            OutputStream out = socket.getOutputStream();
            byte[] value = new byte[100_000];
            out.write(
                    ("*3\r\n$3\r\nSET\r\n$4\r\nslow\r\n$" + value.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(value);
            out.write(ascii("\r\n"));
            expect(socket.getInputStream(), "+OK\r\n");
            out.write(ascii("*2\r\n$3\r\nGET\r\n$4\r\nslow\r\n".repeat(500)));
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(2_000)));
        }
        slowReaders.incrementAndGet();
    }

    private void storeLarge(SplittableRandom random) throws IOException {
        int length = 1 << 16 + random.nextInt(9) | random.nextInt(1 << 16);
        byte[] value = new byte[Math.min(LARGEST, length)];
        byte[] key = ("large:" + random.nextInt(4)).getBytes(StandardCharsets.US_ASCII);
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), PORT)) {
            socket.setSoTimeout(20_000);
            OutputStream out = socket.getOutputStream();
            out.write(ascii("*3\r\n$3\r\nSET\r\n$" + key.length + "\r\n"));
            out.write(key);
            out.write(ascii("\r\n$" + value.length + "\r\n"));
            out.write(value);
            out.write(ascii("\r\n"));
            expect(socket.getInputStream(), "+OK\r\n");
            out.write(ascii("*2\r\n$6\r\nSTRLEN\r\n$" + key.length + "\r\n"));
            out.write(key);
            out.write(ascii("\r\n"));
            int first = socket.getInputStream().read();
            if (first != ':') {
                throw new IOException("STRLEN was answered with '" + (char) first + "'");
            }
        }
        largeValues.incrementAndGet();
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static void expect(InputStream in, String reply) throws IOException {
        String got = new String(in.readNBytes(reply.length()), StandardCharsets.US_ASCII);
        if (!got.equals(reply)) {
            throw new IOException("'" + reply.strip() + "' was expected, '" + got.strip() + "' was the answer");
        }
    }
}
