package io.cachee.store;

import java.nio.charset.StandardCharsets;

/**
 * Decimal 64-bit integers as Redis reads them: a minus sign is allowed; a plus sign, leading zeros and spaces are not.
 */
final class Decimals {
    private static final int LONGEST = 20;

    private Decimals() {}

    static long parse(byte[] digits) {
        if (digits.length > 0 && digits.length <= LONGEST) {
            String text = new String(digits, StandardCharsets.ISO_8859_1);
            try {
                long value = Long.parseLong(text);
                if (Long.toString(value).equals(text)) {
                    return value;
                }
            } catch (NumberFormatException e) {
                throw notAnInteger(e);
            }
        }
        throw notAnInteger(null);
    }

    private static NumberFormatException notAnInteger(@org.jspecify.annotations.Nullable Throwable cause) {
        NumberFormatException exception = new NumberFormatException("value is not an integer or out of range");
        if (cause != null) {
            exception.initCause(cause);
        }
        return exception;
    }

    static byte[] format(long value) {
        return Long.toString(value).getBytes(StandardCharsets.ISO_8859_1);
    }
}
