package io.cachee.server.engine;

import java.util.function.Consumer;

/**
 * A command that does the same with each of its keys, in slices if there are many keys or their values are large. While
 * it runs, other clients see that some of the keys are done. Runs without allocating if one slice is enough.
 */
public final class KeyLoop implements SlicedTask {
    /** How many keys one slice looks at. */
    static final int KEYS_PER_SLICE = 256;
    /** A slice ends when it has written this much. */
    static final int BYTES_PER_SLICE = 128 << 10;

    /** What is done with one key. */
    @FunctionalInterface
    public interface Step {
        /** Does it with the chosen key. True if the key counts. */
        boolean run(CommandContext call);
    }

    /** What is done at the end. */
    @FunctionalInterface
    public interface End {
        void run(CommandContext call, long counted);
    }

    private final Step step;
    private final End end;
    private int next;
    private long counted;

    private KeyLoop(Step step, End end, int next, long counted) {
        this.step = step;
        this.end = end;
        this.next = next;
        this.counted = counted;
    }

    /** Runs a command whose arguments are all keys. */
    public static void run(CommandContext call, Step step, End end) {
        run(call, _ -> {}, step, end);
    }

    /**
     * Runs a command whose arguments are all keys.
     *
     * @param start runs when all keys are known to be short enough
     */
    public static void run(CommandContext call, Consumer<CommandContext> start, Step step, End end) {
        for (int i = 1; i < call.count(); i++) {
            call.checkKey(i);
        }
        start.accept(call);
        long begun = call.reply.written();
        long counted = 0;
        int next = 1;
        while (goesOn(call, next, 1, begun)) {
            call.key(next++);
            counted += step.run(call) ? 1 : 0;
        }
        if (next == call.count()) {
            end.run(call, counted);
        } else {
            call.inSlices(new KeyLoop(step, end, next, counted));
        }
    }

    private static boolean goesOn(CommandContext call, int next, int first, long begun) {
        return next < call.count() && next - first < KEYS_PER_SLICE && call.reply.written() - begun < BYTES_PER_SLICE;
    }

    @Override
    public boolean slice(CommandContext call) {
        int first = next;
        long begun = call.reply.written();
        while (goesOn(call, next, first, begun)) {
            call.key(next++);
            counted += step.run(call) ? 1 : 0;
        }
        if (next < call.count()) {
            return false;
        }
        end.run(call, counted);
        return true;
    }
}
