package io.cachee.server.cli;

import io.cachee.simulate.Comparison;
import io.cachee.simulate.Score;
import io.cachee.simulate.Setup;
import io.cachee.simulate.Trace;
import java.io.PrintWriter;
import java.util.List;

/** Prints one comparison, and explains its figures. */
final class ComparisonReport {
    private static final int NAME_WIDTH = 10;
    private static final int RATIO_WIDTH = 12;

    private final PrintWriter out;
    private final TextTable.Format format;

    ComparisonReport(PrintWriter out, TextTable.Format format) {
        this.out = out;
        this.format = format;
    }

    void print(Comparison comparison) {
        Trace trace = comparison.setup().trace();
        TextTable table = new TextTable(
                out,
                format,
                1,
                List.of("policy", "hit ratio %", "byte hit ratio %"),
                NAME_WIDTH,
                RATIO_WIDTH,
                RATIO_WIDTH);
        table.note("trace    " + trace.name() + ": " + TextTable.count(trace.length()) + " requests for "
                + TextTable.count(trace.uniqueKeys()) + " keys");
        table.note("store    " + comparison.setup().eviction().displayName() + " in a region of "
                + ByteSize.format(comparison.regionBytes()) + ", held " + TextTable.count(comparison.heldEntries())
                + " entries, " + ByteSize.format(Math.round(comparison.heldPayloadBytes())) + " of keys and values");
        table.note("peers    room for " + peerRoom(comparison));
        table.note("");
        table.header();
        for (Score score : comparison.scores()) {
            table.row(score.policy(), TextTable.percent(score.hitPercent()), TextTable.percent(score.byteHitPercent()));
        }
        table.note("");
        footnotes(comparison, table);
    }

    private static String peerRoom(Comparison comparison) {
        String payload = ByteSize.format(comparison.peerPayloadBytes()) + " of keys and values";
        return comparison.peerEntries() > 0
                ? TextTable.count(comparison.peerEntries()) + " entries, " + payload
                : payload;
    }

    private static void footnotes(Comparison comparison, TextTable table) {
        Trace trace = comparison.setup().trace();
        if (comparison.uniformValueBytes() == Setup.AS_TRACED) {
            table.note("Keys have 8 bytes, values the sizes of the trace; a key's first size counts.");
            table.note("What the store held was found by visiting every entry at 64 points spread evenly over the");
            table.note("trace, and averaged from the first at which it was full.");
            table.note("OPT is Belady's rule by next use with a capacity in bytes: with sizes that differ it is an");
            table.note("approximation, not a bound.");
        } else {
            table.note("Keys have 8 bytes, all values " + TextTable.count(comparison.uniformValueBytes()) + ".");
            table.note("What the store held is the average of 64 counts spread evenly over the trace, from the first");
            table.note("at which it was full.");
        }
        if (!comparison.full()) {
            table.note("The store was never full; so the peers were given room for all that "
                    + (comparison.setup().capacity() instanceof Setup.Entries ? "was asked." : "the trace asks for."));
        }
        if (comparison.tooLarge() > 0) {
            table.note(TextTable.count(comparison.tooLarge())
                    + " requests were for values larger than an eighth of the region, which the store refuses.");
        }
        if (trace.resized() > 0) {
            table.note(TextTable.count(trace.resized()) + " requests name another size than the first for their key.");
        }
    }
}
