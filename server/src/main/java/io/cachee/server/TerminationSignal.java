package io.cachee.server;

import java.lang.reflect.Proxy;

/**
 * SIGTERM and SIGINT, each time they come; a shutdown hook would run at the first and never learn of the second. The
 * JDK's interface to signals is found by name, since naming it at compile time is a warning that cannot be turned off.
 */
final class TerminationSignal {
    private static final String[] NAMES = {"TERM", "INT"};

    private TerminationSignal() {}

    /** Runs {@code action} whenever one comes. */
    static void handle(Runnable action) {
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    TerminationSignal.class.getClassLoader(), new Class<?>[] {handler}, (self, method, arguments) -> {
                        if (method.getName().equals("handle")) {
                            action.run();
                        }
                        return null;
                    });
            for (String name : NAMES) {
                signal.getMethod("handle", signal, handler)
                        .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("this Java has no signals: " + e, e);
        }
    }
}
