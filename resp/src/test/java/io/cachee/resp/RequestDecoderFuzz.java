package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * Mutates the corpus, and checks that the decoder makes the same of each input whole and in pieces, and throws nothing
 * but protocol errors: {@code bench/run fuzz COUNT [SEED]}.
 */
public final class RequestDecoderFuzz {
    private static final int MOST_BYTES = 4_096;
    private static final int MOST_MUTATIONS = 6;
    private static final long REPORT_EVERY = 1_000_000;
    private static final List<byte[]> DICTIONARY = List.of(
                    "*",
                    "$",
                    "\r\n",
                    "\r",
                    "\n",
                    "-1",
                    "0",
                    "1",
                    "2",
                    "16",
                    "\u0000",
                    "\"",
                    "'",
                    "\\x",
                    "\\",
                    " ",
                    "*1\r\n",
                    "$1\r\n",
                    "$0\r\n\r\n",
                    "*-1\r\n",
                    "$-1\r\n",
                    "*3\r\n",
                    "1048576",
                    "1048577",
                    "16384",
                    "2147483647",
                    "2147483648",
                    "4294967296",
                    "9223372036854775807",
                    "9223372036854775808",
                    "99999999999999999999",
                    "*2147483647\r\n",
                    "$2147483647\r\n",
                    "PING",
                    "$4\r\nPING\r\n",
                    ":1\r\n",
                    "+OK\r\n",
                    "%1\r\n",
                    "~1\r\n",
                    "\u00ff",
                    "+",
                    "-",
                    "00",
                    "\t")
            .stream()
            .map(token -> token.getBytes(ISO_8859_1))
            .toList();

    private final RandomGenerator random;
    private final List<byte[]> corpus = DecodedInput.corpus();

    RequestDecoderFuzz(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Tries so many inputs; how many of them broke the protocol. */
    long run(long count) {
        long refused = 0;
        for (long i = 1; i <= count; i++) {
            byte[] input = next();
            boolean stranger = random.nextInt(4) == 0;
            List<String> whole = DecodedInput.whole(input, stranger);
            List<String> pieces = inPieces(input, stranger);
            if (!whole.equals(pieces)) {
                throw new AssertionError("input " + i + ", " + shown(input) + ": whole " + whole + ", cut " + pieces);
            }
            boolean isRefused = !whole.isEmpty() && whole.getLast().startsWith("refused");
            refused += isRefused ? 1 : 0;
            if (i % REPORT_EVERY == 0) {
                System.out.println(i + " inputs, " + refused + " of them refused");
            }
        }
        return refused;
    }

    private List<String> inPieces(byte[] input, boolean stranger) {
        int longest = 1 + random.nextInt(random.nextBoolean() ? 3 : 40);
        try {
            return DecodedInput.inPieces(input, stranger, at -> at + 1 + random.nextInt(longest));
        } catch (RuntimeException broken) {
            throw new AssertionError("input " + shown(input), broken);
        }
    }

    private byte[] next() {
        byte[] input = one();
        for (int i = 1 + random.nextInt(MOST_MUTATIONS); i > 0; i--) {
            input = mutated(input);
        }
        return input.length > MOST_BYTES ? Arrays.copyOf(input, MOST_BYTES) : input;
    }

    private byte[] one() {
        return corpus.get(random.nextInt(corpus.size()));
    }

    private byte[] mutated(byte[] input) {
        int at = random.nextInt(input.length + 1);
        int to = Math.min(input.length, at + random.nextInt(8));
        byte[] nothing = {};
        return switch (random.nextInt(7)) {
            case 0 -> spliced(input, at, DICTIONARY.get(random.nextInt(DICTIONARY.size())), at);
            case 1 -> spliced(input, at, DICTIONARY.get(random.nextInt(DICTIONARY.size())), to);
            case 2 -> spliced(input, at, nothing, to);
            case 3 -> spliced(input, at, Arrays.copyOfRange(input, at, to), at);
            case 4 -> spliced(input, at, one(), input.length);
            case 5 -> spliced(input, input.length, one(), input.length);
            default -> spliced(input, at, new byte[] {(byte) random.nextInt()}, Math.min(input.length, at + 1));
        };
    }

    private static byte[] spliced(byte[] input, int from, byte[] middle, int to) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(input.length + middle.length);
        bytes.write(input, 0, from);
        bytes.writeBytes(middle);
        bytes.write(input, to, input.length - to);
        return bytes.toByteArray();
    }

    private static String shown(byte[] input) {
        StringBuilder shown = new StringBuilder();
        for (byte b : input) {
            shown.append(b >= ' ' && b < 127 && b != '\\' ? String.valueOf((char) b) : String.format("\\x%02x", b));
        }
        return shown.toString();
    }

    /** COUNT [SEED]. */
    public static void main(String[] arguments) {
        long count = Long.parseLong(arguments[0]);
        long seed = arguments.length > 1 ? Long.parseLong(arguments[1]) : System.nanoTime();
        System.out.println("RequestDecoderFuzz: " + count + " inputs, seed " + seed);
        long refused = new RequestDecoderFuzz(seed).run(count);
        System.out.println("all " + count + " decoded alike, whole and in pieces; " + refused + " of them refused");
    }
}
