package io.cachee.bench;

import io.cachee.store.PutMode;
import io.cachee.store.PutResult;
import io.cachee.store.Store;
import io.cachee.store.StoreOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A store in a process of its own, filled with keys. It ends when its standard input does. */
final class StoreProcess implements AutoCloseable {
    /** The name of the store's file. */
    static final String FILE = "store";

    private static final String READY = "ready";

    private final Process process;
    private final Path directory;

    private StoreProcess(Process process, Path directory) {
        this.process = process;
        this.directory = directory;
    }

    /** Starts one with its files in a directory of its own, which goes with it. */
    static StoreProcess start(Path directory, long maxMemory, int keys, int valueBytes) throws IOException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                StoreProcess.class.getName(),
                directory.resolve(FILE).toString(),
                Long.toString(maxMemory),
                Integer.toString(keys),
                Integer.toString(valueBytes));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        BufferedReader output = process.inputReader(StandardCharsets.UTF_8);
        String line = output.readLine();
        if (!READY.equals(line)) {
            process.destroyForcibly();
            throw new IOException("the store's process said '" + line + "'");
        }
        return new StoreProcess(process, directory);
    }

    public static void main(String[] arguments) throws IOException {
        StoreOptions options =
                StoreOptions.maxMemory(Long.parseLong(arguments[1])).file(Path.of(arguments[0]));
        try (Store store = Store.open(options)) {
            fill(store, Integer.parseInt(arguments[2]), Integer.parseInt(arguments[3]));
            System.out.println(READY);
            while (System.in.read() >= 0) {
                Thread.onSpinWait();
            }
        }
    }

    static void fill(Store store, int keys, int valueBytes) {
        byte[] value = new byte[valueBytes];
        for (int i = 0; i < keys; i++) {
            byte[] key = Draws.name(i).getBytes(StandardCharsets.ISO_8859_1);
            PutResult result = store.put(key, 0, key.length, value, 0, valueBytes, Store.NO_TTL, PutMode.ALWAYS);
            if (result != PutResult.STORED) {
                throw new IllegalStateException("key " + i + ": " + result);
            }
        }
    }

    @Override
    public void close() throws IOException {
        process.getOutputStream().close();
        process.onExit().join();
        try (var left = Files.list(directory)) {
            for (Path path : left.toList()) {
                Files.delete(path);
            }
        }
        Files.delete(directory);
    }
}
