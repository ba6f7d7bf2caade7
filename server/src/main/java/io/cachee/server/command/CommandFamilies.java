package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** The rows of all families of commands. A subcommand needs its container before it. */
public final class CommandFamilies {
    private CommandFamilies() {}

    /** The rows of all commands of Redis, and of those that only Cachee has. */
    public static CommandRows rows() {
        CommandRows rows = new CommandRows();
        StringCommands.addTo(rows);
        NumberCommands.addTo(rows);
        BitCommands.addTo(rows);
        BitFieldCommands.addTo(rows);
        HashCommands.addTo(rows);
        ListCommands.addTo(rows);
        SetCommands.addTo(rows);
        SortedSetCommands.addTo(rows);
        StreamCommands.addTo(rows);
        GeoCommands.addTo(rows);
        HyperLogLogCommands.addTo(rows);

        KeyCommands.addTo(rows);
        ExpiryCommands.addTo(rows);
        ScanCommands.addTo(rows);
        DumpCommands.addTo(rows);
        ObjectCommands.addTo(rows);
        DatabaseCommands.addTo(rows);

        ConnectionCommands.addTo(rows);
        ClientCommands.addTo(rows);
        TrackingCommands.addTo(rows);
        TransactionCommands.addTo(rows);
        PubSubCommands.addTo(rows);
        ScriptCommands.addTo(rows);

        ServerCommands.addTo(rows);
        ConfigCommands.addTo(rows);
        AclCommands.addTo(rows);
        MemoryCommands.addTo(rows);
        SlowLogCommands.addTo(rows);
        LatencyCommands.addTo(rows);
        IntrospectionCommands.addTo(rows);
        ClusterCommands.addTo(rows);
        ReplicationCommands.addTo(rows);
        CacheeCommands.addTo(rows);
        return rows;
    }
}
