package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** Puts the rows of all families together. */
public final class CommandFamilies {
    private CommandFamilies() {}

    /** Adds the rows of Redis's commands, and of those that only the sidecar has. */
    public static CommandRows rows() {
        CommandRows rows = new CommandRows();
        StringCommands.addTo(rows);
        NumberCommands.addTo(rows);
        BitCommands.addTo(rows);
        KeyCommands.addTo(rows);
        ExpiryCommands.addTo(rows);
        ScanCommands.addTo(rows);
        DumpCommands.addTo(rows);
        HashCommands.addTo(rows);
        ListCommands.addTo(rows);
        SetCommands.addTo(rows);
        SortedSetCommands.addTo(rows);
        StreamCommands.addTo(rows);
        GeoCommands.addTo(rows);
        HyperLogLogCommands.addTo(rows);
        ConnectionCommands.addTo(rows);
        ClientCommands.addTo(rows);
        TransactionCommands.addTo(rows);
        PubSubCommands.addTo(rows);
        ScriptCommands.addTo(rows);
        ServerCommands.addTo(rows);
        ConfigCommands.addTo(rows);
        DiagnosticCommands.addTo(rows);
        AclCommands.addTo(rows);
        CommandCommands.addTo(rows);
        ClusterCommands.addTo(rows);
        ReplicationCommands.addTo(rows);
        CacheeCommands.addTo(rows);
        return rows;
    }
}
