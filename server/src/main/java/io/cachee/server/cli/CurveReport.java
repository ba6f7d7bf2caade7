package io.cachee.server.cli;

import io.cachee.simulate.Curve;
import io.cachee.simulate.Trace;
import io.cachee.store.Eviction;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/** Prints a miss-ratio curve point by point. */
final class CurveReport {
    private static final int CAPACITY_WIDTH = 13;
    private static final int RATIO_WIDTH = 8;

    private final TextTable table;

    CurveReport(PrintWriter out, TextTable.Format format) {
        List<String> columns = new ArrayList<>(List.of("capacity", "share %", "region"));
        columns.addAll(Curve.POLICIES);
        this.table = new TextTable(
                out,
                format,
                0,
                columns,
                CAPACITY_WIDTH,
                RATIO_WIDTH,
                CAPACITY_WIDTH,
                RATIO_WIDTH,
                RATIO_WIDTH,
                RATIO_WIDTH,
                RATIO_WIDTH);
    }

    void begin(Trace trace, Eviction eviction) {
        table.note("Miss ratios in percent of " + trace.name() + ", " + TextTable.count(trace.length())
                + " requests for " + TextTable.count(trace.uniqueKeys()) + " keys; the store evicts by "
                + eviction.displayName() + ".");
        table.note("");
        table.header();
    }

    void point(Curve.Point point) {
        List<String> cells = new ArrayList<>(List.of(
                TextTable.count(point.capacity()),
                TextTable.percent(point.sharePercent()),
                TextTable.count(point.regionBytes())));
        for (double miss : point.missPercent()) {
            cells.add(TextTable.percent(miss));
        }
        table.row(cells.toArray(String[]::new));
    }

    void end(Curve curve) {
        table.note("");
        if (curve.unit() == Curve.Unit.ENTRIES) {
            table.note("Capacities are entries of one size; share is of the trace's unique keys.");
        } else {
            table.note("Capacities are the bytes of keys and values that the store held on average once it was full;");
            table.note(
                    "share is of all that the trace asks for. Regions below 1 MiB do not exist. OPT is approximate.");
        }
        table.note("Region is the store's whole memory in bytes.");
    }
}
