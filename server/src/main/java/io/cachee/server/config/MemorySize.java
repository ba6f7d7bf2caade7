package io.cachee.server.config;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers of bytes as people write them: {@code 4096}, {@code 64kb}, {@code 2gb}. A kilobyte is 1024 bytes. */
public final class MemorySize {
    private static final Pattern SYNTAX = Pattern.compile("(\\d{1,15})([kmg]?)b?");
    private static final Pattern SHARE = Pattern.compile("(\\d{1,3})%");

    private MemorySize() {}

    /** The number of bytes; an exception says what is wrong. */
    public static long parse(String text) {
        Matcher matcher = SYNTAX.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no size: a number of bytes, or one with kb, mb or gb");
        }
        int shift = switch (matcher.group(2)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
        };
        long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("'" + text + "' is too large");
        }
        return number << shift;
    }

    /** The number of bytes; a share such as {@code 60%} is one of the available memory. */
    public static long parse(String text, Container container) {
        Matcher matcher = SHARE.matcher(text);
        if (!matcher.matches()) {
            return parse(text);
        }
        int percent = Integer.parseInt(matcher.group(1));
        if (percent < 1 || percent > 100) {
            throw new IllegalArgumentException("'" + text + "' is no share: 1% to 100%");
        }
        long available = container.availableMemory();
        if (available <= 0) {
            throw new IllegalArgumentException("'" + text + "': neither the container's memory limit nor the machine's"
                    + " memory could be read; give a size");
        }
        return available / 100 * percent;
    }

    /** A number with as many decimals as {@code scale} has zeros. The JDK's formatter would slow down the start. */
    private static String fixed(long bytes, int shift, int scale) {
        long rounded = Math.round((double) bytes * scale / (1L << shift));
        String decimals = Long.toString(scale + rounded % scale).substring(1);
        return rounded / scale + "." + decimals;
    }

    /** The size for people, such as {@code 1.5 MiB}. */
    public static String format(long bytes) {
        if (bytes >= 1L << 30) {
            return fixed(bytes, 30, 100) + " GiB";
        }
        if (bytes >= 1L << 20) {
            return fixed(bytes, 20, 10) + " MiB";
        }
        return bytes >= 1L << 10 ? fixed(bytes, 10, 10) + " KiB" : bytes + " B";
    }
}
