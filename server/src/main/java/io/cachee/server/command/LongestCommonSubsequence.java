package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Decimal;
import java.util.ArrayList;
import java.util.List;

/** LCS: the longest sequence of bytes that two values have in common. */
final class LongestCommonSubsequence {
    /** The largest table, which has a cell of four bytes for each pair of bytes. Checked before it is allocated. */
    private static final long MOST_CELLS = 4 << 20;

    /** A run of bytes that both values have. Both ends are inclusive. */
    private record Match(int fromA, int toA, int fromB, int toB) {
        int length() {
            return toA - fromA + 1;
        }
    }

    private final byte[] a;
    private final byte[] b;
    private final int[] lengths;

    private LongestCommonSubsequence(byte[] a, byte[] b) {
        this.a = a;
        this.b = b;
        this.lengths = new int[(a.length + 1) * (b.length + 1)];
        for (int i = 1; i <= a.length; i++) {
            for (int j = 1; j <= b.length; j++) {
                lengths[at(i, j)] = a[i - 1] == b[j - 1]
                        ? lengths[at(i - 1, j - 1)] + 1
                        : Math.max(lengths[at(i - 1, j)], lengths[at(i, j - 1)]);
            }
        }
    }

    private int at(int i, int j) {
        return i * (b.length + 1) + j;
    }

    private int length() {
        return lengths[at(a.length, b.length)];
    }

    static void handle(CommandContext call) {
        boolean wantsLength = false;
        boolean wantsIndex = false;
        boolean withMatchLength = false;
        long least = 0;
        for (int i = 3; i < call.count(); i++) {
            if (call.request.is(i, "LEN")) {
                wantsLength = true;
            } else if (call.request.is(i, "IDX")) {
                wantsIndex = true;
            } else if (call.request.is(i, "WITHMATCHLEN")) {
                withMatchLength = true;
            } else if (call.request.is(i, "MINMATCHLEN") && i + 1 < call.count()) {
                least = Math.max(0, Decimal.integer(call.request, ++i));
            } else {
                throw CommandException.syntax();
            }
        }
        if (wantsLength && wantsIndex) {
            throw new CommandException("ERR If you want both the length and indexes, please just use IDX.");
        }
        byte[] a = valueOrNothing(call, 1);
        byte[] b = valueOrNothing(call, 2);
        if ((a.length + 1L) * (b.length + 1L) > MOST_CELLS) {
            throw new CommandException("ERR Insufficient memory, transient memory for LCS exceeds the limit of "
                    + 4 * MOST_CELLS + " bytes");
        }
        call.charge((a.length + 1L) * (b.length + 1L));
        LongestCommonSubsequence lcs = new LongestCommonSubsequence(a, b);
        if (wantsLength) {
            call.reply.integer(lcs.length());
        } else if (wantsIndex) {
            lcs.replyMatches(call, least, withMatchLength);
        } else {
            call.reply.bulk(lcs.sequence());
        }
    }

    private static byte[] valueOrNothing(CommandContext call, int argument) {
        byte[] value = call.key(argument).value();
        return value == null ? new byte[0] : value;
    }

    private byte[] sequence() {
        byte[] sequence = new byte[length()];
        int at = sequence.length;
        int i = a.length;
        int j = b.length;
        while (i > 0 && j > 0) {
            if (a[i - 1] == b[j - 1]) {
                sequence[--at] = a[i - 1];
                i--;
                j--;
            } else if (lengths[at(i - 1, j)] > lengths[at(i, j - 1)]) {
                i--;
            } else {
                j--;
            }
        }
        return sequence;
    }

    /** The runs, from last to first as in Redis. */
    private List<Match> matches() {
        List<Match> found = new ArrayList<>();
        int i = a.length;
        int j = b.length;
        while (i > 0 && j > 0) {
            if (a[i - 1] == b[j - 1]) {
                int endA = i - 1;
                int endB = j - 1;
                while (i > 0 && j > 0 && a[i - 1] == b[j - 1]) {
                    i--;
                    j--;
                }
                found.add(new Match(i, endA, j, endB));
            } else if (lengths[at(i - 1, j)] > lengths[at(i, j - 1)]) {
                i--;
            } else {
                j--;
            }
        }
        return found;
    }

    private void replyMatches(CommandContext call, long least, boolean withLength) {
        List<Match> wanted = matches().stream().filter(m -> m.length() >= least).toList();
        call.reply.map(2);
        call.reply.bulk("matches");
        call.reply.array(wanted.size());
        for (Match match : wanted) {
            call.reply.array(withLength ? 3 : 2);
            call.reply.array(2);
            call.reply.integer(match.fromA);
            call.reply.integer(match.toA);
            call.reply.array(2);
            call.reply.integer(match.fromB);
            call.reply.integer(match.toB);
            if (withLength) {
                call.reply.integer(match.length());
            }
        }
        call.reply.bulk("len");
        call.reply.integer(length());
    }
}
