package io.cachee.server.cli;

import java.io.PrintWriter;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Prints a table row by row, in aligned columns for people or comma-separated for programs. The first columns are text
 * and aligned left; the others are figures and aligned right.
 */
final class TextTable {
    /** The format of a table. */
    enum Format {
        TABLE,
        CSV;

        /** The name on the command line. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    private static final int GAP = 2;

    private final PrintWriter out;
    private final Format format;
    private final int textColumns;
    private final List<String> columns;
    private final int[] widths;

    /**
     * A table.
     *
     * @param widths the minimum widths of the columns
     */
    TextTable(PrintWriter out, Format format, int textColumns, List<String> columns, int... widths) {
        this.out = out;
        this.format = format;
        this.textColumns = textColumns;
        this.columns = columns;
        this.widths = new int[columns.size()];
        Arrays.setAll(this.widths, i -> Math.max(columns.get(i).length(), i < widths.length ? widths[i] : 0));
    }

    void header() {
        row(columns.toArray(String[]::new));
    }

    void row(String... cells) {
        if (format == Format.CSV) {
            out.println(Arrays.stream(cells)
                    .map(cell -> cell.replace(' ', '_').replace(",", ""))
                    .collect(Collectors.joining(",")));
        } else {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < cells.length; i++) {
                String padding = " ".repeat(Math.max(0, widths[i] - cells[i].length()));
                line.append(i == 0 ? "" : " ".repeat(GAP))
                        .append(i < textColumns ? cells[i] + padding : padding + cells[i]);
            }
            out.println(line.toString().stripTrailing());
        }
        out.flush();
    }

    /** Prints a line of text, in the format for people only. */
    void note(String line) {
        if (format == Format.TABLE) {
            out.println(line);
            out.flush();
        }
    }

    static String percent(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    static String signed(double value) {
        return String.format(Locale.ROOT, "%+.2f", value);
    }

    static String count(long value) {
        return String.format(Locale.ROOT, "%,d", value);
    }

    static String count(double value) {
        return String.format(Locale.ROOT, "%,.1f", value);
    }
}
