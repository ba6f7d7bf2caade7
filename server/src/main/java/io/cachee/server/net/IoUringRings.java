package io.cachee.server.net;

import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.uring.IoUring;
import io.netty.channel.uring.IoUringBufferRingConfig;
import io.netty.channel.uring.IoUringChannelOption;
import io.netty.channel.uring.IoUringFixedBufferRingAllocator;
import io.netty.channel.uring.IoUringIoHandler;
import io.netty.channel.uring.IoUringIoHandlerConfig;

/**
 * How io_uring is used. One system call submits everything that an event loop sends in a turn, and waits for what
 * arrives. The kernel reads into buffers that all connections of a loop share. This needs Linux 5.19, and in a
 * container a seccomp profile that permits io_uring.
 *
 * <p>Each read is requested separately. A multishot read would go on for tens of megabytes although the client has to
 * wait until it has taken its replies.
 */
final class IoUringRings {
    private static final short BUFFER_GROUP = 1;
    private static final int ENTRIES = 256;
    private static final short BUFFERS = 64;
    private static final int BUFFERS_AT_ONCE = 16;
    private static final int BUFFER_BYTES = 16 << 10;

    static {
        // Netty reads this when its class is loaded.
        System.setProperty("io.netty.iouring.recvMultiShotEnabled", "false");
    }

    private IoUringRings() {}

    static boolean areAvailable() {
        return IoUring.isAvailable() && IoUring.isRegisterBufferRingSupported() && !IoUring.isRecvMultishotEnabled();
    }

    /** Why io_uring is not available. */
    static String problem() {
        Throwable cause = IoUring.unavailabilityCause();
        return cause != null ? String.valueOf(cause.getMessage()) : "this kernel is older than Linux 5.19";
    }

    static IoHandlerFactory handlers() {
        IoUringIoHandlerConfig config = new IoUringIoHandlerConfig();
        config.setRingSize(ENTRIES);
        config.setBufferRingConfig(IoUringBufferRingConfig.builder()
                .bufferGroupId(BUFFER_GROUP)
                .bufferRingSize(BUFFERS)
                .batchSize(BUFFERS_AT_ONCE)
                .allocator(new IoUringFixedBufferRingAllocator(BUFFER_BYTES))
                .build());
        return IoUringIoHandler.newFactory(config);
    }

    /** The option that makes a channel read into its event loop's shared buffers. */
    static ChannelOption<Short> sharedBuffers() {
        return IoUringChannelOption.IO_URING_BUFFER_GROUP_ID;
    }

    static short bufferGroup() {
        return BUFFER_GROUP;
    }
}
