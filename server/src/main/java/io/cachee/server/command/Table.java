package io.cachee.server.command;

import java.util.ArrayList;
import java.util.List;

/** Puts the table of commands together; each family of commands brings its rows. */
final class Table {
    private Table() {}

    static CommandTable create() {
        List<Command.Builder> rows = new ArrayList<>();
        rows.addAll(StringCommands.rows());
        rows.addAll(NumberCommands.rows());
        rows.addAll(BitCommands.rows());
        rows.addAll(KeyCommands.rows());
        rows.addAll(ExpiryCommands.rows());
        rows.addAll(ScanCommands.rows());
        rows.addAll(DumpCommands.rows());
        rows.addAll(ConnectionCommands.rows());
        rows.addAll(ClientCommands.rows());
        rows.addAll(TransactionCommands.rows());
        rows.addAll(PubSubCommands.rows());
        rows.addAll(ServerCommands.rows());
        rows.addAll(ConfigCommands.rows());
        rows.addAll(DiagnosticCommands.rows());
        rows.addAll(AclCommands.rows());
        rows.addAll(CommandCommands.rows());
        rows.addAll(LeaseCommands.rows());
        rows.addAll(PurgeCommand.rows());
        return new CommandTable(rows);
    }
}
