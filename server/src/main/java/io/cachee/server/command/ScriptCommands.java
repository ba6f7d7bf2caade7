package io.cachee.server.command;

import io.cachee.server.engine.CommandRows;

/** EVAL, FCALL, FUNCTION and SCRIPT. They need an L2. */
final class ScriptCommands {
    private ScriptCommands() {}

    static void addTo(CommandRows rows) {
        rows.add("eval -3 noscript,stale,skip_monitor,no_mandatory_keys @scripting RWau:#2 FORWARD writes-unnamed"
                + " runs-scripts");
        rows.add("eval_ro -3 readonly,noscript,stale,skip_monitor,no_mandatory_keys @scripting ROa:#2 FORWARD"
                + " runs-scripts");
        rows.add("evalsha -3 noscript,stale,skip_monitor,no_mandatory_keys @scripting RWau:#2 FORWARD writes-unnamed"
                + " runs-scripts");
        rows.add("evalsha_ro -3 readonly,noscript,stale,skip_monitor,no_mandatory_keys @scripting ROa:#2 FORWARD"
                + " runs-scripts");
        rows.add("fcall -3 noscript,stale,skip_monitor,no_mandatory_keys @scripting RWau:#2 FORWARD writes-unnamed"
                + " runs-scripts");
        rows.add("fcall_ro -3 readonly,noscript,stale,skip_monitor,no_mandatory_keys @scripting ROa:#2 FORWARD"
                + " runs-scripts");

        rows.add("function -2 FORWARD");
        rows.add("function|delete 3 write,noscript @scripting FORWARD");
        rows.add("function|dump 2 noscript @scripting FORWARD");
        rows.add("function|flush -2 write,noscript @scripting FORWARD");
        rows.add("function|help 2 loading,stale @scripting FORWARD");
        rows.add("function|kill 2 noscript,allow_busy @scripting FORWARD");
        rows.add("function|list -2 noscript @scripting FORWARD");
        rows.add("function|load -3 write,denyoom,noscript @scripting FORWARD");
        rows.add("function|restore -3 write,denyoom,noscript @scripting FORWARD");
        rows.add("function|stats 2 noscript,allow_busy @scripting FORWARD");

        rows.add("script -2 FORWARD");
        rows.addRefused(
                "script|debug 3 noscript @scripting REFUSED",
                "it would turn the connection that clients share into a debugger's");
        rows.add("script|exists -3 noscript @scripting FORWARD");
        rows.add("script|flush -2 noscript @scripting FORWARD");
        rows.add("script|help 2 loading,stale @scripting FORWARD");
        rows.add("script|kill 2 noscript,allow_busy @scripting FORWARD");
        rows.add("script|load 3 noscript,stale @scripting FORWARD");
    }
}
