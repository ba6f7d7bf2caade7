package io.cachee.resp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** What a decoder makes of an input that arrives in pieces, with the buffer handled as a connection does. */
final class DecodedInput {
    static final RespLimits LIMITS = new RespLimits(RespLimits.MAX_ARGUMENTS, 1 << 20);
    /** Lies behind what has arrived, so that who reads too far is not told by luck. */
    private static final int POISON_BYTES = 3;

    private final RequestDecoder decoder;
    private final RequestsAhead ahead = new RequestsAhead();
    private final List<String> outcomes = new ArrayList<>();
    private byte[] kept = new byte[0];
    private boolean broken;

    private DecodedInput(boolean stranger) {
        decoder = new RequestDecoder(stranger ? RespLimits.STRANGER : LIMITS, stranger);
    }

    /** The requests in an input, and the error that ends it, if one does. */
    static List<String> whole(byte[] input, boolean stranger) {
        return inPieces(input, stranger, at -> input.length);
    }

    /** The same, cut where {@code nextCut} says: it is told where a piece begins, and replies where it ends. */
    static List<String> inPieces(byte[] input, boolean stranger, IntUnaryOperator nextCut) {
        DecodedInput decoded = new DecodedInput(stranger);
        int at = 0;
        while (at < input.length && !decoded.broken) {
            int end = Math.min(input.length, Math.max(at + 1, nextCut.applyAsInt(at)));
            decoded.receive(input, at, end);
            at = end;
        }
        return decoded.outcomes;
    }

    private void receive(byte[] input, int from, int to) {
        int limit = kept.length + to - from;
        byte[] buffer = new byte[limit + POISON_BYTES];
        System.arraycopy(kept, 0, buffer, 0, kept.length);
        System.arraycopy(input, from, buffer, kept.length, to - from);
        buffer[limit] = '\r';
        buffer[limit + 1] = '\n';
        buffer[limit + 2] = '*';
        try {
            ahead.clear();
            while (true) {
                if (ahead.isEmpty()) {
                    decoder.lookAhead(ahead, buffer, limit);
                }
                if (!decoder.next(ahead, buffer, limit)) {
                    break;
                }
                outcomes.add(describe(decoder.request()));
            }
        } catch (ProtocolException refused) {
            outcomes.add("refused: " + refused.getMessage());
            broken = true;
            return;
        }
        int start = decoder.frameStart();
        if (start < 0 || start > decoder.position() || decoder.position() > limit) {
            throw new AssertionError("frame at " + start + ", position " + decoder.position() + ", limit " + limit);
        }
        kept = Arrays.copyOfRange(buffer, start, limit);
        decoder.moved(-start);
    }

    private static String describe(Request request) {
        List<String> arguments = new ArrayList<>();
        for (int i = 0; i < request.count(); i++) {
            arguments.add(request.length(i) + ":" + request.latin(i));
        }
        return arguments.toString();
    }

    /** The inputs of the corpus. */
    static List<byte[]> corpus() {
        try (InputStream in = DecodedInput.class.getResourceAsStream("corpus.txt")) {
            if (in == null) {
                throw new IllegalStateException("there is no corpus.txt");
            }
            return new String(in.readAllBytes(), ISO_8859_1)
                    .lines()
                    .filter(line -> !line.isEmpty() && line.charAt(0) != '#')
                    .map(DecodedInput::unescaped)
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] unescaped(String line) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        int at = 0;
        while (at < line.length()) {
            char character = line.charAt(at++);
            if (character != '\\') {
                bytes.write(character);
                continue;
            }
            char escaped = line.charAt(at++);
            switch (escaped) {
                case 'r' -> bytes.write('\r');
                case 'n' -> bytes.write('\n');
                case 't' -> bytes.write('\t');
                case 'x' -> {
                    bytes.write(Integer.parseInt(line.substring(at, at + 2), 16));
                    at += 2;
                }
                default -> bytes.write(escaped);
            }
        }
        return bytes.toByteArray();
    }
}
