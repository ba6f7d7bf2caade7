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
 * io_uring as it is used here: one call of the kernel takes all that an event loop has to send in a turn and waits for
 * what comes, and the kernel reads into buffers that all connections of a loop share. That takes Linux 5.19, and a
 * container whose seccomp profile permits it.
 *
 * <p>Each read is asked for anew. A read that goes on by itself would go on for a client that is to wait until it has
 * taken its replies, for tens of megabytes.
 */
final class Rings {
    private static final short BUFFER_GROUP = 1;
    private static final int ENTRIES = 256;
    private static final short BUFFERS = 64;
    private static final int BUFFERS_AT_ONCE = 16;
    private static final int BUFFER_BYTES = 16 << 10;

    static {
        // Netty looks when its class is loaded.
        System.setProperty("io.netty.iouring.recvMultiShotEnabled", "false");
    }

    private Rings() {}

    static boolean areAvailable() {
        return IoUring.isAvailable() && IoUring.isRegisterBufferRingSupported() && !IoUring.isRecvMultishotEnabled();
    }

    /** Why there are none. */
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

    /** Has a channel read into the buffers that its event loop's channels share. */
    static ChannelOption<Short> sharedBuffers() {
        return IoUringChannelOption.IO_URING_BUFFER_GROUP_ID;
    }

    static short bufferGroup() {
        return BUFFER_GROUP;
    }
}
