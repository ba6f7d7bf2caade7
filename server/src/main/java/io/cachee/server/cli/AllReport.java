package io.cachee.server.cli;

import io.cachee.simulate.Comparison;
import io.cachee.simulate.Setup;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;

/** Prints the hit-ratio table line by line, then the means, then whether the store meets its limits. */
final class AllReport {
    private static final long LARGE_ENTRIES = 1_000;
    /** How far the mean over the large rows may be below the best of the four peers, in percentage points. */
    private static final double MEAN_BAR = 0.5;
    /** How far any row may be below Caffeine or LRU, in percentage points. */
    private static final double ROW_BAR = 1.5;

    private static final List<String> PEER_COLUMNS = List.of("LRU", "S3-FIFO", "SIEVE", "Caffeine", "OPT");
    private static final int NAME_WIDTH = 18;
    private static final int FIGURE_WIDTH = 8;

    private final TextTable table;
    private final List<Row> rows = new ArrayList<>();

    /** A row's figures; those of the peers are in the order of the columns. */
    private record Row(String trace, long entries, List<Double> peers, double best, double cachee, double held) {
        boolean isLarge() {
            return entries >= LARGE_ENTRIES;
        }

        double difference() {
            return cachee - best;
        }
    }

    AllReport(PrintWriter out, TextTable.Format format) {
        List<String> columns = new ArrayList<>(List.of("trace", "entries"));
        columns.addAll(PEER_COLUMNS);
        columns.addAll(List.of("best of 4", "Cachee", "difference", "held"));
        this.table = new TextTable(
                out,
                format,
                1,
                columns,
                NAME_WIDTH,
                FIGURE_WIDTH,
                FIGURE_WIDTH,
                FIGURE_WIDTH,
                FIGURE_WIDTH,
                FIGURE_WIDTH,
                FIGURE_WIDTH,
                FIGURE_WIDTH,
                FIGURE_WIDTH,
                FIGURE_WIDTH,
                FIGURE_WIDTH);
    }

    void begin() {
        table.note(
                "Hit ratios in percent at equal room for keys and values; all objects of one size. 'held' is what the");
        table.note("store held on average; within 0.2 % of 'entries' the peers hold exactly that, else what it held.");
        table.note("");
        table.header();
    }

    void row(Comparison comparison) {
        long entries = comparison.setup().capacity() instanceof Setup.Entries(long count) ? count : 0;
        List<Double> peers = PEER_COLUMNS.stream()
                .map(peer -> comparison.of(peer).hitPercent())
                .toList();
        double held = comparison.full() ? comparison.heldEntries() : entries;
        Row row = new Row(
                comparison.setup().trace().name(),
                entries,
                peers,
                comparison.bestPercent(),
                comparison.cachee().hitPercent(),
                held);
        rows.add(row);
        print(row.trace, TextTable.count(row.entries), row, TextTable.count(held));
    }

    private void print(String name, String entries, Row row, String held) {
        List<String> cells = new ArrayList<>(List.of(name, entries));
        for (double peer : row.peers) {
            cells.add(TextTable.percent(peer));
        }
        cells.add(TextTable.percent(row.best));
        cells.add(TextTable.percent(row.cachee));
        cells.add(TextTable.signed(row.difference()));
        cells.add(held);
        table.row(cells.toArray(String[]::new));
    }

    void end() {
        table.note("");
        printMean("mean of all", _ -> true);
        printMean("mean of large", Row::isLarge);
        table.note("");
        verdict();
    }

    private void printMean(String name, Predicate<Row> which) {
        List<Row> chosen = rows.stream().filter(which).toList();
        if (!chosen.isEmpty()) {
            print(name, TextTable.count(chosen.size()), mean(chosen), "");
        }
    }

    private static Row mean(List<Row> chosen) {
        List<Double> peers = new ArrayList<>();
        for (int i = 0; i < PEER_COLUMNS.size(); i++) {
            int peer = i;
            peers.add(mean(chosen, row -> row.peers.get(peer)));
        }
        return new Row("", chosen.size(), peers, mean(chosen, Row::best), mean(chosen, Row::cachee), 0);
    }

    private static double mean(List<Row> chosen, ToDoubleFunction<Row> figure) {
        return chosen.stream().mapToDouble(figure).average().orElse(0);
    }

    private void verdict() {
        List<Row> large = rows.stream().filter(Row::isLarge).toList();
        if (!large.isEmpty()) {
            Row mean = mean(large);
            table.note((mean.difference() >= -MEAN_BAR ? "HOLDS  " : "BROKEN ") + "the mean of the " + large.size()
                    + " rows with at least " + TextTable.count(LARGE_ENTRIES) + " entries is at most " + MEAN_BAR
                    + " below the best of four: " + TextTable.percent(mean.cachee) + " against "
                    + TextTable.percent(mean.best)
                    + ", " + TextTable.signed(mean.difference()));
        }
        for (String peer : List.of("Caffeine", "LRU")) {
            if (!large.isEmpty() && large.size() < rows.size()) {
                rowVerdict(peer, large, " with at least " + TextTable.count(LARGE_ENTRIES) + " entries");
            }
            rowVerdict(peer, rows, "");
        }
    }

    private void rowVerdict(String peer, List<Row> among, String which) {
        int column = PEER_COLUMNS.indexOf(peer);
        Row worst = among.getFirst();
        int broken = 0;
        for (Row row : among) {
            double difference = row.cachee - row.peers.get(column);
            worst = difference < worst.cachee - worst.peers.get(column) ? row : worst;
            broken += difference < -ROW_BAR ? 1 : 0;
        }
        String worstName = worst.trace + " at " + TextTable.count(worst.entries);
        table.note((broken == 0 ? "HOLDS  " : "BROKEN ") + "no row" + which + " is more than " + ROW_BAR + " below "
                + peer + ": " + (broken == 0 ? "" : broken + " are; ") + "the worst is " + worstName + ", "
                + TextTable.signed(worst.cachee - worst.peers.get(column)));
    }
}
