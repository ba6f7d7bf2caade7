package io.cachee.server.proxy;

import io.cachee.l2.RespVersion;
import io.cachee.nearcache.NearCache;
import io.cachee.resp.Request;
import io.cachee.resp.RequestEncoder;
import io.cachee.server.engine.Command;
import io.cachee.server.engine.CommandContext;
import io.cachee.server.engine.Session;
import io.cachee.server.engine.Trait;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What is known about a request that travels to L2. It is computed once, on the client's event loop, and handed down.
 *
 * @param database the client's database
 * @param slot the slot of the first key; -1 if the request has no key
 * @param keys the keys that the request names. Empty if nobody needs them: only a command that may write needs its
 *     keys, a read whose key may have been written behind, and a read whose keys L2 must track for the client.
 * @param isCached whether values of the client's database are kept in L1
 * @param isTracked whether the client keeps copies of what it is about to read, so L2 must report changes of these keys
 */
record RemoteRequest(
        Session session,
        Command command,
        RespVersion protocol,
        int database,
        int slot,
        List<byte[]> keys,
        boolean isCached,
        boolean isTracked) {
    private static final byte[] EXISTS = "EXISTS".getBytes(StandardCharsets.ISO_8859_1);

    static RemoteRequest of(CommandContext call, NearCache nearCache, int cachedDatabase) {
        Session session = call.session;
        Command command = call.command;
        Request request = call.request;
        int database = session.database;
        int key = command.firstKey(request);
        int slot = key == 0 ? -1 : nearCache.l2().slotOf(request.buffer(), request.start(key), request.length(key));
        boolean isCached = database == cachedDatabase;
        boolean isTracked = session.tracking != null && !command.writes && slot >= 0 && isCached;
        boolean needsKeys =
                mayWrite(command) || isTracked || nearCache.writeBehind().pendingKeys() > 0;
        List<byte[]> keys = needsKeys ? command.keys(request) : List.of();
        return new RemoteRequest(session, command, protocolOf(session), database, slot, keys, isCached, isTracked);
    }

    static RespVersion protocolOf(Session session) {
        return session.resp3 ? RespVersion.RESP3 : RespVersion.RESP2;
    }

    private static boolean mayWrite(Command command) {
        return command.writes || command.writesUnnamed;
    }

    boolean mayWrite() {
        return mayWrite(command);
    }

    /** The keys that the request names and may write, in whichever database. */
    List<byte[]> writtenAnywhere() {
        return mayWrite() ? keys : List.of();
    }

    /** The keys that the request names and may write in the database that is kept in L1. */
    List<byte[]> written() {
        return isCached || command.is(Trait.CROSSES_DATABASES) ? writtenAnywhere() : List.of();
    }

    /** A request that only reads the keys. Sent over the tracked connection, it makes L2 report their changes. */
    byte[] exists() {
        List<byte[]> arguments = new ArrayList<>(1 + keys.size());
        arguments.add(EXISTS);
        arguments.addAll(keys);
        return RequestEncoder.bytes(arguments.toArray(byte[][]::new));
    }

    /** Sends writes of these keys that are not in L2 yet. They have to arrive there before this request. */
    void flushWritesBehind(NearCache nearCache) {
        if (nearCache.writeBehind().pendingKeys() > 0) {
            keys.forEach(nearCache.writeBehind()::flush);
        }
    }
}
