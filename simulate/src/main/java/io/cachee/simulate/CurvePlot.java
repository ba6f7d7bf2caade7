package io.cachee.simulate;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Draws a {@link Curve} as SVG that needs nothing beside itself. The horizontal axis is logarithmic. Colours are told
 * apart by the colour-blind too, and each curve has its own marker for print without colour.
 */
public final class CurvePlot {
    private static final int WIDTH = 860;
    private static final int HEIGHT = 520;
    private static final int LEFT = 78;
    private static final int RIGHT = 690;
    private static final int TOP = 66;
    private static final int BOTTOM = 440;
    private static final int LEGEND_X = 716;
    private static final int MAX_TICKS = 7;
    private static final double[] NICE_STEPS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20};
    private static final String[] COLOURS = {"#0072b2", "#d55e00", "#009e73", "#555555"};
    private static final String[] DASHES = {"", "", "", "6 4"};
    private static final String[] BINARY_UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

    private final Curve curve;
    private final double lowX;
    private final double highX;
    private final double lowY;
    private final double highY;
    private final double stepY;
    private final StringBuilder svg = new StringBuilder();

    private CurvePlot(Curve curve) {
        this.curve = curve;
        List<Curve.Point> points = curve.points();
        this.lowX = Math.log((double) points.getFirst().capacity());
        this.highX = Math.max(lowX + 1e-9, Math.log((double) points.getLast().capacity()));
        double least = 100;
        double most = 0;
        for (Curve.Point point : points) {
            for (double miss : point.missPercent()) {
                least = Math.min(least, miss);
                most = Math.max(most, miss);
            }
        }
        this.stepY = niceStep(most - least);
        this.lowY = Math.floor(least / stepY) * stepY;
        this.highY = Math.max(lowY + stepY, Math.ceil(most / stepY) * stepY);
    }

    /** The curve as an SVG document. */
    public static String svg(Curve curve) {
        if (curve.points().isEmpty()) {
            throw new IllegalArgumentException("a curve without points cannot be drawn");
        }
        return new CurvePlot(curve).draw();
    }

    private static double niceStep(double span) {
        for (double step : NICE_STEPS) {
            if (span / step <= MAX_TICKS - 1) {
                return step;
            }
        }
        return NICE_STEPS[NICE_STEPS.length - 1];
    }

    private String draw() {
        add(
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\""
                        + " role=\"img\" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\""
                        + " font-size=\"13\" fill=\"#222222\">",
                WIDTH, HEIGHT, WIDTH, HEIGHT);
        add("<title>Miss ratio of %s by capacity</title>", escape(curve.trace()));
        add("<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>", WIDTH, HEIGHT);
        text(LEFT, 30, "start", "font-size=\"18\" font-weight=\"bold\"", "Miss ratio by capacity: " + curve.trace());
        text(
                LEFT,
                50,
                "start",
                "fill=\"#666666\"",
                "lower is better; all caches hold the same bytes of keys and values");
        drawVerticalAxis();
        drawHorizontalAxis();
        add(
                "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888888\"/>",
                LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP);
        for (int i = curve.policies().size() - 1; i >= 0; i--) {
            drawCurve(i);
        }
        for (int i = 0; i < curve.policies().size(); i++) {
            drawLegend(i);
        }
        add("</svg>");
        return svg.toString();
    }

    private void drawVerticalAxis() {
        int ticks = (int) Math.round((highY - lowY) / stepY);
        String format = stepY < 1 ? "%.1f %%" : "%.0f %%";
        for (int i = 0; i <= ticks; i++) {
            double value = lowY + i * stepY;
            gridLine(LEFT, y(value), RIGHT, y(value), "#dddddd");
            text(LEFT - 10, y(value) + 4.5, "end", "", String.format(Locale.ROOT, format, value));
        }
        add(
                "<text transform=\"translate(22 %d) rotate(-90)\" text-anchor=\"middle\">miss ratio</text>",
                (TOP + BOTTOM) / 2);
    }

    private void drawHorizontalAxis() {
        for (Tick tick : curve.unit() == Curve.Unit.BYTES ? binaryTicks() : decimalTicks()) {
            double x = x(tick.value);
            gridLine(x, TOP, x, BOTTOM, tick.label.isEmpty() ? "#f0f0f0" : "#dddddd");
            if (!tick.label.isEmpty()) {
                text(x, BOTTOM + 20, "middle", "", tick.label);
            }
        }
        String unit = curve.unit() == Curve.Unit.BYTES ? "bytes of keys and values" : "entries";
        text((LEFT + RIGHT) / 2.0, BOTTOM + 46, "middle", "", "capacity, " + unit + " (logarithmic)");
        Curve.Point first = curve.points().getFirst();
        Curve.Point last = curve.points().getLast();
        String shares = String.format(
                Locale.ROOT,
                "from %s %% to %s %% of all that the trace asks for",
                share(first.sharePercent()),
                share(last.sharePercent()));
        text((LEFT + RIGHT) / 2.0, BOTTOM + 65, "middle", "fill=\"#666666\" font-size=\"12\"", shares);
    }

    private static String share(double percent) {
        return String.format(Locale.ROOT, percent < 10 ? "%.1f" : "%.0f", percent);
    }

    /** A vertical grid line; without a label a minor one. */
    private record Tick(double value, String label) {}

    private List<Tick> decimalTicks() {
        List<Tick> ticks = new ArrayList<>();
        boolean labelAll = highX - lowX < Math.log(1000);
        for (double decade = 1; decade <= Math.exp(highX); decade *= 10) {
            for (int i = 1; i < 10; i++) {
                boolean labelled = i == 1 || labelAll && (i == 2 || i == 5);
                addTick(ticks, i * decade, labelled ? String.format(Locale.ROOT, "%,.0f", i * decade) : "");
            }
        }
        return ticks;
    }

    private List<Tick> binaryTicks() {
        List<Tick> ticks = new ArrayList<>();
        int every = (highX - lowX) / Math.log(2) > MAX_TICKS + 1 ? 2 : 1;
        for (int exponent = 0; exponent < 50; exponent++) {
            String label = (1 << exponent % 10) + " " + BINARY_UNITS[exponent / 10];
            addTick(ticks, Math.pow(2, exponent), exponent % every == 0 ? label : "");
        }
        return ticks;
    }

    private void addTick(List<Tick> ticks, double value, String label) {
        double log = Math.log(value);
        if (log >= lowX - 1e-9 && log <= highX + 1e-9) {
            ticks.add(new Tick(value, label));
        }
    }

    private void drawCurve(int policy) {
        StringBuilder points = new StringBuilder();
        StringBuilder markers = new StringBuilder();
        for (Curve.Point point : curve.points()) {
            double x = x((double) point.capacity());
            double y = y(point.missPercent().get(policy));
            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x, y));
            markers.append(marker(policy, x, y));
        }
        add(
                "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-linejoin=\"round\"%s/>",
                points.toString().strip(), COLOURS[policy % COLOURS.length], policy == 0 ? "3" : "1.8", dashes(policy));
        svg.append(markers);
    }

    private void drawLegend(int policy) {
        double y = TOP + 16 + 26 * policy;
        add(
                "<line x1=\"%d\" y1=\"%.1f\" x2=\"%d\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"%s\"%s/>",
                LEGEND_X,
                y,
                LEGEND_X + 34,
                y,
                COLOURS[policy % COLOURS.length],
                policy == 0 ? "3" : "1.8",
                dashes(policy));
        svg.append(marker(policy, LEGEND_X + 17, y));
        String weight = policy == 0 ? "font-weight=\"bold\"" : "";
        text(LEGEND_X + 44, y + 4.5, "start", weight, curve.policies().get(policy));
    }

    private static String dashes(int policy) {
        String dashes = DASHES[policy % DASHES.length];
        return dashes.isEmpty() ? "" : " stroke-dasharray=\"" + dashes + "\"";
    }

    private static String marker(int policy, double x, double y) {
        String colour = COLOURS[policy % COLOURS.length];
        String shape = switch (policy % COLOURS.length) {
            case 0 -> "<circle cx=\"%1$.1f\" cy=\"%2$.1f\" r=\"4\" fill=\"%3$s\"/>";
            case 1 -> "<rect x=\"%4$.1f\" y=\"%5$.1f\" width=\"7\" height=\"7\" fill=\"%3$s\"/>";
            case 2 -> "<path d=\"M%1$.1f %2$.1fm0 -4.5l4.5 8h-9z\" fill=\"%3$s\"/>";
            default -> "<circle cx=\"%1$.1f\" cy=\"%2$.1f\" r=\"3\" fill=\"#ffffff\" stroke=\"%3$s\"/>";
        };
        return String.format(Locale.ROOT, shape, x, y, colour, x - 3.5, y - 3.5) + "\n";
    }

    private double x(double capacity) {
        return LEFT + (Math.log(capacity) - lowX) / (highX - lowX) * (RIGHT - LEFT);
    }

    private double y(double missPercent) {
        return BOTTOM - (missPercent - lowY) / (highY - lowY) * (BOTTOM - TOP);
    }

    private void gridLine(double x1, double y1, double x2, double y2, String colour) {
        add("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>", x1, y1, x2, y2, colour);
    }

    private void text(double x, double y, String anchor, String attributes, String content) {
        add("<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\" %s>%s</text>", x, y, anchor, attributes, escape(content));
    }

    @SuppressWarnings("AnnotateFormatMethod") // The annotation would be a dependency for one method.
    private void add(String format, Object... arguments) {
        svg.append(String.format(Locale.ROOT, format, arguments)).append('\n');
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                default -> escaped.append(c < ' ' || c > '~' ? '?' : c);
            }
        }
        return escaped.toString();
    }
}
