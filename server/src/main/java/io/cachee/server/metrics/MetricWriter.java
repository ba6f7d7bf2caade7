package io.cachee.server.metrics;

/**
 * Writes metrics in Prometheus's text format or in OpenMetrics. There are two differences: in OpenMetrics, the name of
 * a counter's family has no {@code _total}, and the text ends with a line {@code # EOF}. Labels are made by
 * {@link #label}. They must not contain keys or other text that clients choose freely.
 */
public final class MetricWriter {
    private static final String TOTAL = "_total";

    private final StringBuilder text = new StringBuilder(16 << 10);
    private final boolean openMetrics;

    public MetricWriter(boolean openMetrics) {
        this.openMetrics = openMetrics;
    }

    /** A label, escaped. */
    public static String label(String name, String value) {
        String escaped = value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
        return name + "=\"" + escaped + "\"";
    }

    /** Begins a family of counters; its name ends with {@code _total}. */
    public MetricWriter counter(String name, String help) {
        if (!name.endsWith(TOTAL)) {
            throw new IllegalArgumentException("the counter " + name + " does not end with " + TOTAL);
        }
        return family(openMetrics ? name.substring(0, name.length() - TOTAL.length()) : name, "counter", help);
    }

    public MetricWriter gauge(String name, String help) {
        return family(name, "gauge", help);
    }

    public MetricWriter summary(String name, String help) {
        return family(name, "summary", help);
    }

    public MetricWriter histogram(String name, String help) {
        return family(name, "histogram", help);
    }

    private MetricWriter family(String name, String type, String help) {
        text.append("# HELP ").append(name).append(' ').append(help).append('\n');
        text.append("# TYPE ").append(name).append(' ').append(type).append('\n');
        return this;
    }

    /** Adds a sample to the family begun last. */
    public MetricWriter sample(String name, double value, String... labels) {
        return sample(name, number(value), labels);
    }

    /** Adds a sample to the family begun last. */
    public MetricWriter sample(String name, long value, String... labels) {
        return sample(name, Long.toString(value), labels);
    }

    private MetricWriter sample(String name, String value, String[] labels) {
        text.append(name);
        if (labels.length > 0) {
            text.append('{').append(String.join(",", labels)).append('}');
        }
        text.append(' ').append(value).append('\n');
        return this;
    }

    /** A counter without labels. */
    public MetricWriter counter(String name, String help, double value) {
        return counter(name, help).sample(name, value);
    }

    /** A gauge without labels. */
    public MetricWriter gauge(String name, String help, double value) {
        return gauge(name, help).sample(name, value);
    }

    /** A counter without labels. */
    public MetricWriter counter(String name, String help, long value) {
        return counter(name, help).sample(name, value);
    }

    /** A gauge without labels. */
    public MetricWriter gauge(String name, String help, long value) {
        return gauge(name, help).sample(name, value);
    }

    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.isInfinite(value) ? (value > 0 ? "+Inf" : "-Inf") : Double.toString(value);
    }

    /** Ends the text and returns it. */
    public String finish() {
        if (openMetrics) {
            text.append("# EOF\n");
        }
        return text.toString();
    }
}
