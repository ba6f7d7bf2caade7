package io.cachee.server;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A number of bytes as written on the command line: plain, or with {@code kb}, {@code mb} or {@code gb}, which are
 * powers of 1024.
 *
 * @param bytes the number of bytes
 */
record ByteSize(long bytes) {
    private static final Pattern FORM = Pattern.compile("([0-9]{1,18})(b|kb|mb|gb)?");

    /**
     * Reads a size.
     *
     * @throws IllegalArgumentException if the text is no size
     */
    static ByteSize parse(String text) {
        Matcher matcher = FORM.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no size: a whole number of bytes, or one followed by kb, mb or gb");
        }
        String unit = matcher.group(2) == null ? "b" : matcher.group(2);
        int shift = switch (unit) {
            case "kb" -> 10;
            case "mb" -> 20;
            case "gb" -> 30;
            default -> 0;
        };
        long number = Long.parseLong(matcher.group(1));
        if (number > Long.MAX_VALUE >> shift) {
            throw new IllegalArgumentException("'" + text + "' is too large");
        }
        return new ByteSize(number << shift);
    }

    /** For people: the largest unit that leaves a figure of at least one. */
    static String show(double bytes) {
        String[] units = {"B", "KiB", "MiB", "GiB", "TiB"};
        int unit = 0;
        double figure = bytes;
        while (figure >= 1024 && unit < units.length - 1) {
            figure /= 1024;
            unit++;
        }
        return String.format(Locale.ROOT, unit == 0 ? "%.0f %s" : "%.1f %s", figure, units[unit]);
    }

    /** For picocli. */
    static final class Converter implements ITypeConverter<ByteSize> {
        @Override
        public ByteSize convert(String value) {
            try {
                return parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
