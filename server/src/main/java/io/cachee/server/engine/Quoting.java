package io.cachee.server.engine;

/** Turns bytes into quoted text, in which all but printable ASCII characters are escaped. */
final class Quoting {
    private Quoting() {}

    static String quoted(byte[] bytes) {
        StringBuilder text = new StringBuilder(bytes.length + 2).append('"');
        for (byte b : bytes) {
            int character = b & 0xff;
            switch (character) {
                case '"' -> text.append("\\\"");
                case '\\' -> text.append("\\\\");
                case '\n' -> text.append("\\n");
                case '\r' -> text.append("\\r");
                case '\t' -> text.append("\\t");
                case 7 -> text.append("\\a");
                case '\b' -> text.append("\\b");
                default -> {
                    if (character >= ' ' && character < 127) {
                        text.append((char) character);
                    } else {
                        text.append(String.format("\\x%02x", character));
                    }
                }
            }
        }
        return text.append('"').toString();
    }
}
