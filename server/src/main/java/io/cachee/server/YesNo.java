package io.cachee.server;

import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** {@code yes} or {@code no}, {@code true} or {@code false}. */
final class YesNo implements ITypeConverter<Boolean> {
    @Override
    public Boolean convert(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "yes", "true", "on" -> true;
            case "no", "false", "off" -> false;
            default -> throw new TypeConversionException("'" + text + "' is neither yes nor no");
        };
    }
}
