package io.cachee.server.metrics;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A strict reader of Prometheus's text format and of OpenMetrics: what either forbids is an error. */
public final class Exposition {
    private static final String NAME = "[a-zA-Z_:][a-zA-Z0-9_:]*";
    private static final String LABEL = "[a-zA-Z_][a-zA-Z0-9_]*=\"(?:[^\"\\\\\n]|\\\\[\\\\n\"])*\"";
    private static final Pattern META = Pattern.compile("# (HELP|TYPE) (" + NAME + ") (.+)");
    private static final Pattern SAMPLE =
            Pattern.compile("(" + NAME + ")(?:\\{(" + LABEL + "(?:," + LABEL + ")*)})? (\\S+)");
    private static final Set<String> TYPES = Set.of("counter", "gauge", "summary", "histogram");

    private final boolean openMetrics;
    private final Map<String, String> types = new LinkedHashMap<>();
    private final Set<String> helped = new HashSet<>();
    private final Map<String, Double> samples = new LinkedHashMap<>();
    private String family = "";

    private Exposition(boolean openMetrics) {
        this.openMetrics = openMetrics;
    }

    public static Exposition parse(String text, boolean openMetrics) {
        Exposition parsed = new Exposition(openMetrics);
        check(text.endsWith("\n"), "the last line has no end", text);
        List<String> lines = text.lines().toList();
        int end = openMetrics ? lines.size() - 1 : lines.size();
        check(!openMetrics || lines.getLast().equals("# EOF"), "no # EOF", lines.getLast());
        lines.subList(0, end).forEach(parsed::line);
        check(parsed.types.keySet().equals(parsed.helped), "HELP and TYPE of other families", text);
        return parsed;
    }

    private static void check(boolean holds, String otherwise, String line) {
        if (!holds) {
            throw new AssertionError(otherwise + ": " + line);
        }
    }

    private void line(String line) {
        Matcher meta = META.matcher(line);
        if (meta.matches()) {
            family = meta.group(2);
            boolean isType = meta.group(1).equals("TYPE");
            check(!isType || TYPES.contains(meta.group(3)), "unknown type", line);
            boolean first = isType ? types.put(family, meta.group(3)) == null : helped.add(family);
            check(first, "a family twice", line);
            check(!isType || helped.contains(family), "TYPE before HELP", line);
            return;
        }
        Matcher sample = SAMPLE.matcher(line);
        check(sample.matches(), "no sample", line);
        check(suffixes(types.getOrDefault(family, "")).contains(suffix(sample.group(1), line)), "a stranger", line);
        String labels = sample.group(2) == null ? "" : sample.group(2);
        String series = sample.group(1) + new TreeSet<>(List.of(labels.split("(?<=\"),", -1)));
        check(samples.put(series, number(sample.group(3))) == null, "a series twice", line);
    }

    private String suffix(String name, String line) {
        check(name.startsWith(family), "a sample of another family than " + family, line);
        return name.substring(family.length());
    }

    private Set<String> suffixes(String type) {
        return switch (type) {
            case "counter" -> Set.of(openMetrics ? "_total" : "");
            case "gauge" -> Set.of("");
            case "summary" -> Set.of("", "_sum", "_count");
            case "histogram" -> Set.of("_bucket", "_sum", "_count");
            default -> Set.of();
        };
    }

    private static double number(String text) {
        return switch (text) {
            case "+Inf" -> Double.POSITIVE_INFINITY;
            case "NaN" -> Double.NaN;
            default -> {
                check(text.matches("-?\\d+(\\.\\d+)?(E-?\\d+)?"), "no number", text);
                yield Double.parseDouble(text);
            }
        };
    }

    /** A sample by its name and its labels, sorted, as {@code a="b"}. */
    public double sample(String name, String... labels) {
        String series = name + new TreeSet<>(labels.length == 0 ? List.of("") : List.of(labels));
        Double value = samples.get(series);
        if (value == null) {
            throw new AssertionError("no " + series + " among " + samples.keySet());
        }
        return value;
    }

    public Map<String, String> types() {
        return types;
    }

    public Map<String, Double> samples() {
        return samples;
    }
}
