package io.cachee.server.command;

import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.Decimal;
import io.cachee.server.engine.Session;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** CLIENT KILL: closes connections, by address in its old form or by filters in its new one. */
final class ClientKill {
    private ClientKill() {}

    static void handle(CommandContext call) {
        if (call.count() == 3) {
            String address = call.request.text(2);
            if (kill(call, List.of(s -> s.link.remoteAddress().equals(address)), false) == 0) {
                throw new CommandException("ERR No such client");
            }
            call.reply.ok();
            return;
        }
        if (call.count() % 2 == 1 || call.count() < 4) {
            throw CommandException.syntax();
        }
        List<Predicate<Session>> filters = new ArrayList<>();
        boolean skipMe = true;
        for (int i = 2; i < call.count(); i += 2) {
            if (call.request.is(i, "SKIPME")) {
                skipMe = yes(call, i + 1);
            } else {
                filters.add(filter(call, i));
            }
        }
        call.reply.integer(kill(call, filters, skipMe));
    }

    private static boolean yes(CommandContext call, int argument) {
        boolean yes = call.request.is(argument, "YES");
        if (!yes && !call.request.is(argument, "NO")) {
            throw CommandException.syntax();
        }
        return yes;
    }

    private static Predicate<Session> filter(CommandContext call, int option) {
        String value = call.request.text(option + 1);
        if (call.request.is(option, "ID")) {
            String bad = "ERR client-id should be greater than 0";
            long id = Decimal.integer(call.request, option + 1, bad);
            if (id < 1) {
                throw new CommandException(bad);
            }
            return s -> s.id == id;
        }
        if (call.request.is(option, "ADDR")) {
            return s -> s.link.remoteAddress().equals(value);
        }
        if (call.request.is(option, "LADDR")) {
            return s -> s.link.localAddress().equals(value);
        }
        if (call.request.is(option, "TYPE")) {
            String type = ClientTypes.checkedType(value);
            return s -> ClientTypes.typeOf(s).equals(type);
        }
        if (call.request.is(option, "USER")) {
            if (call.shared.users.find(value) == null) {
                throw new CommandException("ERR No such user '" + value + "'");
            }
            return s -> s.user.name.equals(value);
        }
        throw CommandException.syntax();
    }

    private static int kill(CommandContext call, List<Predicate<Session>> filters, boolean skipMe) {
        int killed = 0;
        for (Session session : call.shared.clients.all()) {
            boolean self = session.equals(call.session);
            if (!(self && skipMe) && filters.stream().allMatch(f -> f.test(session))) {
                killed++;
                if (self) {
                    session.finish();
                } else {
                    session.kill();
                }
            }
        }
        return killed;
    }
}
