package io.cachee.server.command;

import io.cachee.server.engine.CommandException;
import io.cachee.server.engine.CommandRows;

/** What only a Cachee has, beside HOTKEYS. Leases and purges need an L2, whose routing answers them. */
final class CacheeCommands {
    private CacheeCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("cachee.lease -2 write @string RWaui:1 FORWARD as=leases ours", call -> refuse("leases are kept"));
        rows.add("cachee.fill -4 write @string RWaui:1 FORWARD as=fills ours", call -> refuse("leases are kept"));
        rows.add("cachee.release 3 write @string RWad:1 FORWARD as=releases ours", call -> refuse("leases are kept"));
        rows.add("cachee.purge 2 write @keyspace @dangerous FORWARD as=purges ours", call -> refuse("keys are purged"));
    }

    private static void refuse(String what) {
        throw new CommandException("ERR " + what + " in L2, and there is none (--l2)");
    }
}
