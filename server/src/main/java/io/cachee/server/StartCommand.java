package io.cachee.server;

import io.cachee.server.config.LayeredSource;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code cachee start}. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        usageHelpWidth = 100,
        description = {
            "Runs the sidecar: a cache that any Redis client can use.",
            "Each flag may also be given as a variable of the environment (--max-memory is CACHEE_MAX_MEMORY) or in the"
                    + " file of --config. The command line comes first, then the environment, then the file."
        },
        footer = {
            "",
            "Examples:",
            "  cachee start --max-memory=256mb --socket=/var/run/cachee/cachee.sock",
            "  cachee start --max-memory=60% --shm=/dev/shm/cachee",
            "  CACHEE_REQUIREPASS_FILE=/etc/cachee/password cachee start --bind=0.0.0.0"
        })
final class StartCommand implements Callable<Integer> {
    private static final String CONFIG = "config";
    /** Names in the file that begin sections of their own. */
    private static final Set<String> SECTIONS = Set.of();

    @Spec
    private CommandSpec spec;

    @Mixin
    private StartOptions options;

    @Override
    public Integer call() throws IOException {
        Log log = new Log(System.err);
        Settings settings;
        try {
            settings = Settings.of(options, System.getenv());
        } catch (IllegalArgumentException | IOException wrong) {
            throw new ParameterException(spec.commandLine(), String.valueOf(wrong.getMessage()), wrong);
        }
        settings.warnings().forEach(log::warn);
        return Sidecar.run(settings, log);
    }

    /** Lets flags that are not on the command line be found in the environment and in the file. */
    static void layer(CommandLine start, String[] arguments, Map<String, String> environment) {
        String fromEnvironment = environment.get("CACHEE_CONFIG");
        String config = argument(arguments, "--" + CONFIG, fromEnvironment);
        Set<String> flags = new LinkedHashSet<>();
        for (OptionSpec option : start.getCommandSpec().options()) {
            flags.add(option.longestName().substring(2));
        }
        flags.removeAll(List.of("help", "version"));
        try {
            LayeredSource source =
                    LayeredSource.read(flags, SECTIONS, environment, config == null ? null : Path.of(config));
            start.setDefaultValueProvider(new Layers(source));
        } catch (IllegalArgumentException wrong) {
            throw new ParameterException(start, String.valueOf(wrong.getMessage()), wrong);
        } catch (IOException unreadable) {
            throw new ParameterException(start, "--config: " + unreadable.getMessage(), unreadable);
        }
    }

    private static @Nullable String argument(String[] arguments, String name, @Nullable String otherwise) {
        for (int i = 0; i < arguments.length; i++) {
            if (arguments[i].startsWith(name + "=")) {
                return arguments[i].substring(name.length() + 1);
            }
            if (arguments[i].equals(name) && i + 1 < arguments.length) {
                return arguments[i + 1];
            }
        }
        return otherwise;
    }

    private record Layers(LayeredSource source) implements IDefaultValueProvider {
        @Override
        public @Nullable String defaultValue(ArgSpec argument) {
            if (!(argument instanceof OptionSpec option)) {
                return null;
            }
            return source.value(option.longestName().substring(2));
        }
    }
}
