package io.cachee.store;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;

/** What other processes do in tests. Each says something on a line of its own and ends when its input does. */
final class ChildPrograms {
    private ChildPrograms() {}

    public static void main(String[] arguments) throws Exception {
        Path path = Path.of(arguments[1]);
        switch (arguments[0]) {
            case "open" -> open(path);
            case "hold" -> hold(path, Long.parseLong(arguments[2]));
            case "write" -> write(path, Long.parseLong(arguments[2]), Long.parseLong(arguments[3]));
            case "read" -> read(path);
            default -> throw new IllegalArgumentException(arguments[0]);
        }
    }

    /** Tries to be the writer and says how that went. */
    private static void open(Path path) {
        try (Store store = Store.open(StoreOptions.maxMemory(1 << 20).file(path))) {
            System.out.println("opened " + store.maxValueSize());
        } catch (StoreFileException e) {
            System.out.println("refused " + e.getMessage());
        }
    }

    /** Holds a few entries: "forever", and "mortal" with the given time to live. */
    private static void hold(Path path, long ttlMillis) throws IOException {
        try (Store store = Store.open(StoreOptions.maxMemory(1 << 20).file(path))) {
            store.put(TestEntries.bytes("forever"), TestEntries.bytes("here"));
            TestEntries.put(store, TestEntries.bytes("mortal"), TestEntries.bytes("passing"), ttlMillis);
            System.out.println("ready");
            awaitEndOfInput();
        }
    }

    private static void write(Path path, long size, long seed) throws IOException, InterruptedException {
        try (Store store =
                Store.open(StoreOptions.maxMemory(size).file(path).seed(seed).maxValueSize(size / 8))) {
            AtomicBoolean done = new AtomicBoolean();
            StoreLoad load = new StoreLoad(store, seed, done);
            Thread[] threads = new Thread[StoreLoad.WRITERS];
            for (int i = 0; i < threads.length; i++) {
                int number = i;
                threads[i] = new Thread(() -> load.run(number));
                threads[i].setDaemon(true);
                threads[i].start();
            }
            System.out.println("ready");
            awaitEndOfInput();
            done.set(true);
            for (Thread thread : threads) {
                thread.join();
            }
        }
    }

    private static void read(Path path) throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        CheckedReads reads = new CheckedReads();
        try (StoreReader reader = StoreReader.attach(path, CheckedReads.options())) {
            Thread thread = new Thread(() -> reads.run(reader, 99, done));
            thread.start();
            System.out.println("ready");
            awaitEndOfInput();
            done.set(true);
            thread.join();
            System.out.println(reads.summary(reader));
        }
    }

    private static void awaitEndOfInput() throws IOException {
        var _ = System.in.readAllBytes();
    }
}
