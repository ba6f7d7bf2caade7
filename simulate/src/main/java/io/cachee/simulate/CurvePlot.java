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
    private static final String GRID = "#dddddd";
    private static final String FAINT_GRID = "#f0f0f0";
    private static final String QUIET = "#666666";
    private static final double[] NICE_STEPS = {0.1, 0.2, 0.5, 1, 2, 5, 10, 20};
    private static final String[] COLOURS = {"#0072b2", "#d55e00", "#009e73", "#555555"};
    private static final String[] DASHES = {"none", "none", "none", "6 4"};
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
        svg.append("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\"")
                .append(attributes("width", WIDTH, "height", HEIGHT, "viewBox", "0 0 " + WIDTH + " " + HEIGHT))
                .append(" font-family=\"Helvetica, Arial, 'DejaVu Sans', sans-serif\" font-size=\"13\"")
                .append(" fill=\"#222222\">\n");
        svg.append("<title>")
                .append(escape("Miss ratio by capacity: " + curve.trace()))
                .append("</title>\n");
        element("rect", "width", WIDTH, "height", HEIGHT, "fill", "#ffffff");
        text("Miss ratio by capacity: " + curve.trace(), LEFT, 30, "font-size", 18, "font-weight", "bold");
        text("lower is better; all caches have the same room for keys and values", LEFT, 50, "fill", QUIET);
        drawVerticalAxis();
        drawHorizontalAxis();
        element(
                "rect",
                "x",
                LEFT,
                "y",
                TOP,
                "width",
                RIGHT - LEFT,
                "height",
                BOTTOM - TOP,
                "fill",
                "none",
                "stroke",
                "#888888");
        for (int i = curve.policies().size() - 1; i >= 0; i--) {
            drawCurve(i);
        }
        for (int i = 0; i < curve.policies().size(); i++) {
            drawLegend(i);
        }
        return svg.append("</svg>\n").toString();
    }

    private void drawVerticalAxis() {
        int ticks = (int) Math.round((highY - lowY) / stepY);
        for (int i = 0; i <= ticks; i++) {
            double value = lowY + i * stepY;
            gridLine(LEFT, y(value), RIGHT, y(value), GRID);
            String label = String.format(Locale.ROOT, stepY < 1 ? "%.1f %%" : "%.0f %%", value);
            text(label, LEFT - 10, y(value) + 4.5, "text-anchor", "end");
        }
        double middle = (TOP + BOTTOM) / 2.0;
        String turned = "rotate(-90 22 " + number(middle) + ")";
        text("miss ratio", 22, middle, "text-anchor", "middle", "transform", turned);
    }

    private void drawHorizontalAxis() {
        boolean bytes = curve.unit() == Curve.Unit.BYTES;
        for (Tick tick : bytes ? binaryTicks() : decimalTicks()) {
            double x = x(tick.value);
            gridLine(x, TOP, x, BOTTOM, tick.label.isEmpty() ? FAINT_GRID : GRID);
            if (!tick.label.isEmpty()) {
                text(tick.label, x, BOTTOM + 20, "text-anchor", "middle");
            }
        }
        double middle = (LEFT + RIGHT) / 2.0;
        String unit = bytes ? "bytes of keys and values" : "entries";
        text("capacity, " + unit + " (logarithmic)", middle, BOTTOM + 46, "text-anchor", "middle");
        String shares = "from " + share(curve.points().getFirst()) + " to "
                + share(curve.points().getLast()) + " of all that the trace asks for";
        text(shares, middle, BOTTOM + 66, "text-anchor", "middle", "fill", QUIET, "font-size", 12);
    }

    private static String share(Curve.Point point) {
        return String.format(Locale.ROOT, point.sharePercent() < 10 ? "%.1f %%" : "%.0f %%", point.sharePercent());
    }

    /** A vertical grid line; a minor one if it has no label. */
    private record Tick(double value, String label) {}

    private List<Tick> decimalTicks() {
        List<Tick> ticks = new ArrayList<>();
        boolean labelMore = highX - lowX < Math.log(1000);
        for (double decade = 1; decade <= Math.exp(highX); decade *= 10) {
            for (int i = 1; i < 10; i++) {
                boolean labelled = i == 1 || labelMore && (i == 2 || i == 5);
                addTick(ticks, i * decade, labelled ? String.format(Locale.ROOT, "%,.0f", i * decade) : "");
            }
        }
        return ticks;
    }

    private List<Tick> binaryTicks() {
        List<Tick> ticks = new ArrayList<>();
        int every = (highX - lowX) / Math.log(2) > MAX_TICKS + 1 ? 2 : 1;
        for (int exponent = 0; exponent < 10 * BINARY_UNITS.length; exponent++) {
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
        for (Curve.Point point : curve.points()) {
            points.append(number(x((double) point.capacity()))).append(',');
            points.append(number(y(point.missPercent().get(policy)))).append(' ');
        }
        element(
                "polyline",
                "points",
                points.toString().strip(),
                "fill",
                "none",
                "stroke",
                colour(policy),
                "stroke-width",
                thickness(policy),
                "stroke-linejoin",
                "round",
                "stroke-dasharray",
                dashes(policy));
        for (Curve.Point point : curve.points()) {
            drawMarker(
                    policy, x((double) point.capacity()), y(point.missPercent().get(policy)));
        }
    }

    private void drawLegend(int policy) {
        double y = TOP + 16 + 26.0 * policy;
        element(
                "line",
                "x1",
                LEGEND_X,
                "y1",
                y,
                "x2",
                LEGEND_X + 34,
                "y2",
                y,
                "stroke",
                colour(policy),
                "stroke-width",
                thickness(policy),
                "stroke-dasharray",
                dashes(policy));
        drawMarker(policy, LEGEND_X + 17, y);
        text(curve.policies().get(policy), LEGEND_X + 44, y + 4.5, "font-weight", policy == 0 ? "bold" : "normal");
    }

    private static String colour(int policy) {
        return COLOURS[policy % COLOURS.length];
    }

    private static String dashes(int policy) {
        return DASHES[policy % DASHES.length];
    }

    private static double thickness(int policy) {
        return policy == 0 ? 3 : 1.8;
    }

    private void drawMarker(int policy, double x, double y) {
        String colour = colour(policy);
        switch (policy % COLOURS.length) {
            case 0 -> element("circle", "cx", x, "cy", y, "r", 4, "fill", colour);
            case 1 -> element("rect", "x", x - 3.5, "y", y - 3.5, "width", 7, "height", 7, "fill", colour);
            case 2 -> element("path", "d", "M" + number(x) + " " + number(y - 4.5) + "l4.5 8h-9z", "fill", colour);
            default -> element("circle", "cx", x, "cy", y, "r", 3, "fill", "#ffffff", "stroke", colour);
        }
    }

    private double x(double capacity) {
        return LEFT + (Math.log(capacity) - lowX) / (highX - lowX) * (RIGHT - LEFT);
    }

    private double y(double missPercent) {
        return BOTTOM - (missPercent - lowY) / (highY - lowY) * (BOTTOM - TOP);
    }

    private void gridLine(double x1, double y1, double x2, double y2, String colour) {
        element("line", "x1", x1, "y1", y1, "x2", x2, "y2", y2, "stroke", colour);
    }

    private void text(String content, double x, double y, Object... namesAndValues) {
        svg.append("<text").append(attributes("x", x, "y", y)).append(attributes(namesAndValues));
        svg.append('>').append(escape(content)).append("</text>\n");
    }

    private void element(String name, Object... namesAndValues) {
        svg.append('<').append(name).append(attributes(namesAndValues)).append("/>\n");
    }

    private static String attributes(Object... namesAndValues) {
        StringBuilder attributes = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            Object value = namesAndValues[i + 1];
            String text = value instanceof Double fraction ? number(fraction) : value.toString();
            attributes
                    .append(' ')
                    .append(namesAndValues[i])
                    .append("=\"")
                    .append(escape(text))
                    .append('"');
        }
        return attributes.toString();
    }

    private static String number(double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private static String escape(String text) {
        StringBuilder escaped = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '&' -> escaped.append("&amp;");
                case '<' -> escaped.append("&lt;");
                case '>' -> escaped.append("&gt;");
                case '"' -> escaped.append("&quot;");
                default -> escaped.append(c < ' ' || c > '~' ? '?' : c);
            }
        }
        return escaped.toString();
    }
}
