package io.cachee.l2;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.Collection;
import java.util.List;

/** The requests that the link makes by itself. */
final class Requests {
    private Requests() {}

    static ByteBuf of(ByteBufAllocator allocator, String... words) {
        return of(allocator, List.of(words));
    }

    static ByteBuf of(ByteBufAllocator allocator, Collection<String> words) {
        ByteBuf out = allocator.buffer();
        out.writeCharSequence("*" + words.size() + "\r\n", ISO_8859_1);
        for (String word : words) {
            byte[] bytes = word.getBytes(UTF_8);
            out.writeCharSequence("$" + bytes.length + "\r\n", ISO_8859_1);
            out.writeBytes(bytes);
            out.writeCharSequence("\r\n", ISO_8859_1);
        }
        return out;
    }
}
