package io.cachee.server.proxy;

import io.cachee.l2.L2;
import io.cachee.resp.ReplyEncoder;
import io.cachee.resp.ReplyReader;
import io.cachee.resp.ReplyWriter;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandDescription;
import io.cachee.server.engine.CommandFilter;
import io.cachee.server.engine.CommandTable;
import io.cachee.server.engine.Handler;
import io.cachee.server.engine.Role;
import io.cachee.server.engine.Trait;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.CompositeByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** COMMAND before an L2: L2's list of commands and, behind it, the commands that only the sidecar has. */
final class MergedCommandList {
    private final CommandTable table;
    private final L2 l2;
    private final Forwarding forwarding;

    MergedCommandList(CommandTable table, L2 l2, Forwarding forwarding) {
        this.table = table;
        this.l2 = l2;
        this.forwarding = forwarding;
    }

    Handler handlerOf(Command command, Role role) {
        return switch (role) {
            case COMMAND_TABLE -> call -> append(call, _ -> true, CommandDescription::write);
            case COMMAND_COUNT -> this::count;
            case COMMAND_NAMES -> this::list;
            case COMMAND_INFO -> call -> info(call, command.handler);
            case COMMAND_KEYS -> call -> keys(call, command.handler);
            default -> throw new IllegalArgumentException(command.name + " is not about the list of commands");
        };
    }

    /** The commands that only the sidecar has. */
    private List<Command> ours() {
        return table.commands().stream()
                .filter(command -> command.is(Trait.OURS) && l2.command(command.name) == null)
                .toList();
    }

    private boolean isOurs(String name) {
        Command row = table.named(name.toLowerCase(Locale.ROOT));
        return row != null && ours().contains(row);
    }

    private boolean asksForOurs(CommandContext call) {
        return isOurs(call.request.latin(2));
    }

    private void list(CommandContext call) {
        append(call, CommandFilter.of(call.request), (reply, row) -> reply.bulk(row.name));
    }

    private void keys(CommandContext call, Handler local) {
        if (asksForOurs(call)) {
            local.handle(call);
        } else {
            forwarding.pass(call);
        }
    }

    private void info(CommandContext call, Handler local) {
        if (call.count() == 2) {
            append(call, _ -> true, CommandDescription::write);
            return;
        }
        List<@Nullable Command> asked = new ArrayList<>();
        for (int i = 2; i < call.count(); i++) {
            String name = call.request.latin(i);
            asked.add(isOurs(name) ? table.named(name.toLowerCase(Locale.ROOT)) : null);
        }
        if (asked.stream().allMatch(Objects::isNull)) {
            forwarding.pass(call);
        } else if (asked.stream().noneMatch(Objects::isNull)) {
            local.handle(call);
        } else {
            boolean inResp3 = call.session.resp3;
            forwarding.pass(call, call.request, frame -> fillIn(frame, asked, inResp3));
        }
    }

    /**
     * Puts descriptions of our commands into L2's reply, which has nothing in their places.
     *
     * @param asked one for each element of the reply: our command, or null for one that is L2's
     */
    private static ByteBuf fillIn(ByteBuf frame, List<@Nullable Command> asked, boolean inResp3) {
        ReplyReader reader = new ReplyReader(frame);
        reader.next();
        CompositeByteBuf all = Unpooled.compositeBuffer();
        all.addComponent(true, line("*" + asked.size()));
        for (Command command : asked) {
            int start = reader.position();
            reader.next();
            reader.skip();
            ByteBuf element = command == null
                    ? frame.slice(start, reader.position() - start).copy()
                    : encode(inResp3, reply -> CommandDescription.write(reply, command));
            all.addComponent(true, element);
        }
        return all;
    }

    private void count(CommandContext call) {
        int more = ours().size();
        forwarding.pass(call, call.request, frame -> ReplyEncoder.integer(ReplyReader.integer(frame) + more));
    }

    /** Forwards the call and appends our commands that are wanted to the array that L2 replies with. */
    private void append(CommandContext call, Predicate<Command> wanted, BiConsumer<ReplyWriter, Command> writer) {
        List<Command> ours = ours().stream().filter(wanted).toList();
        boolean inResp3 = call.session.resp3;
        forwarding.pass(call, call.request, frame -> {
            ReplyReader reader = new ReplyReader(frame);
            reader.next();
            ByteBuf head = line("*" + (reader.count() + ours.size()));
            ByteBuf rest = encode(inResp3, reply -> ours.forEach(row -> writer.accept(reply, row)));
            int start = reader.position();
            ByteBuf elements = frame.slice(start, frame.writerIndex() - start).copy();
            return Unpooled.wrappedBuffer(head, elements, rest);
        });
    }

    private static ByteBuf line(String text) {
        return Unpooled.copiedBuffer(text + "\r\n", StandardCharsets.ISO_8859_1);
    }

    private static ByteBuf encode(boolean inResp3, Consumer<ReplyWriter> writer) {
        CompositeByteBuf all = Unpooled.compositeBuffer();
        ReplyWriter reply = new ReplyWriter(UnpooledByteBufAllocator.DEFAULT);
        reply.begin(full -> all.addComponent(true, full), inResp3);
        writer.accept(reply);
        reply.end();
        reply.close();
        return all;
    }
}
