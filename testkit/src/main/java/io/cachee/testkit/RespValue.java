package io.cachee.testkit;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A reply. Two replies are equal if their bytes are, apart from the order within sets and maps.
 *
 * @param type the first byte
 * @param text its content, a character for each byte; empty in aggregates, null if there is no value
 * @param items the elements of an aggregate; in a map, keys and values alternate
 */
public record RespValue(char type, @Nullable String text, List<RespValue> items) {
    public static RespValue of(char type, @Nullable String text) {
        return new RespValue(type, text, List.of());
    }

    /** The content; there must be one. */
    public String string() {
        if (text == null) {
            throw new AssertionError("no text: " + this);
        }
        return text;
    }

    public byte[] bytes() {
        return string().getBytes(ISO_8859_1);
    }

    public long number() {
        return Long.parseLong(string());
    }

    public boolean isError() {
        return type == '-';
    }

    public boolean isPush() {
        return type == '>';
    }

    /** Whether this is a null. */
    public boolean isNull() {
        return text == null;
    }

    public RespValue item(int index) {
        return items.get(index);
    }

    /** The same reply with the elements of arrays and sets sorted. */
    public RespValue sorted() {
        List<RespValue> inOrder = items.stream()
                .map(RespValue::sorted)
                .sorted(java.util.Comparator.comparing(RespValue::toString))
                .toList();
        return new RespValue(type, text, inOrder);
    }

    @Override
    public String toString() {
        return switch (type) {
            case '*', '%', '~', '>' ->
                text == null
                        ? type + "nil"
                        : type + items.stream().map(RespValue::toString).collect(Collectors.joining(", ", "[", "]"));
            default -> text == null ? type + "nil" : type + shown(text);
        };
    }

    private static String shown(String text) {
        StringBuilder shown = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char character = text.charAt(i);
            if (character < ' ' || character > '~') {
                shown.append(String.format("\\x%02x", (int) character));
            } else {
                shown.append(character);
            }
        }
        return shown.toString();
    }
}
