package io.cachee.server;

import io.netty.util.internal.logging.AbstractInternalLogger;
import io.netty.util.internal.logging.FormattingTuple;
import io.netty.util.internal.logging.InternalLogger;
import io.netty.util.internal.logging.InternalLoggerFactory;
import io.netty.util.internal.logging.MessageFormatter;
import org.jspecify.annotations.Nullable;

/**
 * Writes the warnings and errors of Netty, and of Lettuce, which uses Netty's logger, to the sidecar's log. Their
 * default is the JDK's logging, which searches every jar for other loggers when it starts.
 */
public final class NettyLog extends InternalLoggerFactory {
    private final Log log;

    private NettyLog(Log log) {
        this.log = log;
    }

    /** Call this before anything of Netty is used. */
    public static void writeTo(Log log) {
        setDefaultFactory(new NettyLog(log));
    }

    @Override
    protected InternalLogger newInstance(String name) {
        return new Logger(name, log);
    }

    private static final class Logger extends AbstractInternalLogger {
        private static final long serialVersionUID = 1L;

        private final transient Log log;

        Logger(String name, Log log) {
            super(name);
            this.log = log;
        }

        private String said(@Nullable String message) {
            return name() + ": " + message;
        }

        private void warn(FormattingTuple said) {
            Throwable cause = said.getThrowable();
            log.warn(said(said.getMessage()) + (cause == null ? "" : ": " + cause));
        }

        private void error(FormattingTuple said) {
            log.error(said(said.getMessage()), said.getThrowable());
        }

        @Override
        public boolean isTraceEnabled() {
            return false;
        }

        @Override
        public void trace(String message) {}

        @Override
        public void trace(String format, Object argument) {}

        @Override
        public void trace(String format, Object first, Object second) {}

        @Override
        public void trace(String format, Object... arguments) {}

        @Override
        public void trace(String message, Throwable cause) {}

        @Override
        public boolean isDebugEnabled() {
            return false;
        }

        @Override
        public void debug(String message) {}

        @Override
        public void debug(String format, Object argument) {}

        @Override
        public void debug(String format, Object first, Object second) {}

        @Override
        public void debug(String format, Object... arguments) {}

        @Override
        public void debug(String message, Throwable cause) {}

        @Override
        public boolean isInfoEnabled() {
            return false;
        }

        @Override
        public void info(String message) {}

        @Override
        public void info(String format, Object argument) {}

        @Override
        public void info(String format, Object first, Object second) {}

        @Override
        public void info(String format, Object... arguments) {}

        @Override
        public void info(String message, Throwable cause) {}

        @Override
        public boolean isWarnEnabled() {
            return true;
        }

        @Override
        public void warn(String message) {
            log.warn(said(message));
        }

        @Override
        public void warn(String format, Object argument) {
            warn(MessageFormatter.format(format, argument));
        }

        @Override
        public void warn(String format, Object first, Object second) {
            warn(MessageFormatter.format(format, first, second));
        }

        @Override
        public void warn(String format, Object... arguments) {
            warn(MessageFormatter.arrayFormat(format, arguments));
        }

        @Override
        public void warn(String message, Throwable cause) {
            log.warn(said(message) + ": " + cause);
        }

        @Override
        public boolean isErrorEnabled() {
            return true;
        }

        @Override
        public void error(String message) {
            log.error(said(message), null);
        }

        @Override
        public void error(String format, Object argument) {
            error(MessageFormatter.format(format, argument));
        }

        @Override
        public void error(String format, Object first, Object second) {
            error(MessageFormatter.format(format, first, second));
        }

        @Override
        public void error(String format, Object... arguments) {
            error(MessageFormatter.arrayFormat(format, arguments));
        }

        @Override
        public void error(String message, Throwable cause) {
            log.error(said(message), cause);
        }
    }
}
