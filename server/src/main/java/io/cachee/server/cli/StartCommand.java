package io.cachee.server.cli;

import io.cachee.server.Log;
import io.cachee.server.Sidecar;
import io.cachee.server.config.FlagHelp;
import io.cachee.server.config.FlagValues;
import io.cachee.server.config.NearCacheOptions;
import io.cachee.server.config.Settings;
import io.cachee.server.config.StartOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Unmatched;

/** {@code cachee start}. {@link FlagValues} reads its flags. */
@Command(name = "start", description = "Runs the sidecar: a cache that any Redis client can use.")
public final class StartCommand implements Callable<Integer> {
    private static final int EXIT_WRONG_ARGUMENTS = 2;
    /** Names in the configuration file that are sections, not flags. */
    private static final Set<String> SECTIONS = Set.of(NearCacheOptions.KEYSPACES);

    private static final String ABOUT = """
        Usage: cachee start [FLAGS]

        Runs the sidecar: a cache that any Redis client can use.

        Each flag may also be given as a variable of the environment (--max-memory is CACHEE_MAX_MEMORY)
        or in the file of --config. The command line comes first, then the environment, then the file.

        """;

    private static final String EXAMPLES = """

        Examples:
          cachee start --max-memory=256mb --socket=/var/run/cachee/cachee.sock
          cachee start --max-memory=60% --shm=/dev/shm/cachee.shm
          CACHEE_REQUIREPASS_FILE=/etc/cachee/password cachee start --bind=127.0.0.1,10.0.0.7
        """;

    @Spec
    private CommandSpec spec;

    @Unmatched
    private List<String> arguments = new ArrayList<>();

    @Override
    public Integer call() {
        return run(
                arguments,
                System.getenv(),
                spec.commandLine().getOut(),
                spec.commandLine().getErr());
    }

    /** Runs the sidecar until it is told to end, and returns the process's exit code. */
    public static int run(List<String> arguments, Map<String, String> environment, PrintWriter out, PrintWriter err) {
        if (arguments.contains("--help") || arguments.contains("-h")) {
            out.print(ABOUT + FlagHelp.format(StartOptions.FLAGS) + EXAMPLES);
            out.flush();
            return 0;
        }
        Settings settings;
        try {
            settings = settings(arguments, environment);
        } catch (IllegalArgumentException | IOException wrong) {
            err.println("cachee: " + wrong.getMessage());
            err.println("Try 'cachee start --help'.");
            err.flush();
            return EXIT_WRONG_ARGUMENTS;
        }
        // Netty reads it when its first class is loaded.
        System.setProperty(
                "io.netty.maxDirectMemory", String.valueOf(settings.memory().directBytes()));
        Log log = new Log(System.err);
        settings.warnings().forEach(log::warn);
        return Sidecar.run(settings, log);
    }

    /** Reads and checks the arguments; an exception says what is wrong. */
    public static Settings settings(List<String> arguments, Map<String, String> environment) throws IOException {
        return Settings.of(new FlagValues(StartOptions.FLAGS, SECTIONS, arguments, environment));
    }
}
