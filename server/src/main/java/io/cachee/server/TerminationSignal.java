package io.cachee.server;

import java.lang.reflect.Proxy;

/**
 * Handles SIGTERM and SIGINT, every time they arrive; a shutdown hook runs at the first signal and misses the second.
 * The JDK's interface to signals is looked up by name, because javac warns of any direct use and cannot be told not to.
 */
final class TerminationSignal {
    private static final String[] NAMES = {"TERM", "INT"};

    private TerminationSignal() {}

    /** Runs {@code action} at each signal. */
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
