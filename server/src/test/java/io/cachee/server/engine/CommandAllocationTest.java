package io.cachee.server.engine;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.cachee.resp.ProtocolException;
import io.cachee.resp.RequestDecoder;
import io.cachee.resp.RequestsAhead;
import io.cachee.resp.RespLimits;
import io.cachee.store.StoreFileException;
import io.netty.util.ResourceLeakDetector;
import io.netty.util.concurrent.FastThreadLocalThread;
import java.io.ByteArrayOutputStream;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** From the bytes of a request to those of its reply, GET and SET create no garbage once the code is compiled. */
final class CommandAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int OPERATIONS = 100_000;
    private static final int BATCH = 20;
    /** Compilation goes on beside the test, so the steady state may take a few rounds to come. */
    private static final int MOST_ROUNDS = 30;
    /** What the measurement itself may cost. */
    private static final long ALLOWED_BYTES = 2_048;

    private static final int KEYS = 500;
    /** Large enough that no value of the test is cut into pieces, which would cost a list of them. */
    private static final long REGION_BYTES = 64 << 20;

    private final RequestsAhead ahead = new RequestsAhead();
    private final RequestDecoder decoder =
            new RequestDecoder(new RespLimits(RespLimits.MAX_ARGUMENTS, RespLimits.MAX_ARGUMENTS), false);

    @SuppressWarnings("NullAway.Init")
    private BareEngine bare;

    private final ResourceLeakDetector.Level leakDetection = ResourceLeakDetector.getLevel();

    @BeforeEach
    void open() throws StoreFileException {
        // It samples buffers, and creates a record for each that it has drawn.
        ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED);
        bare = new BareEngine(REGION_BYTES);
    }

    @AfterEach
    void close() {
        bare.close();
        ResourceLeakDetector.setLevel(leakDetection);
    }

    /** As a connection does when these bytes have arrived. */
    private void receive(byte[] bytes) throws ProtocolException {
        bare.executor.received(bytes.length);
        bare.executor.begin(bare.session);
        decoder.lookAhead(ahead, bytes, bytes.length);
        bare.executor.lookAhead(bare.session, ahead);
        while (decoder.next(ahead, bytes, bytes.length)) {
            bare.executor.execute(bare.session, decoder.request(), ahead.hasOneNamedLike(decoder.request()));
        }
        bare.executor.end(bare.session);
        decoder.moved(-decoder.position());
    }

    private static byte[] request(Object... arguments) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.writeBytes(("*" + arguments.length + "\r\n").getBytes(US_ASCII));
        for (Object argument : arguments) {
            byte[] value = argument instanceof byte[] array
                    ? array
                    : String.valueOf(argument).getBytes(US_ASCII);
            bytes.writeBytes(("$" + value.length + "\r\n").getBytes(US_ASCII));
            bytes.writeBytes(value);
            bytes.writeBytes("\r\n".getBytes(US_ASCII));
        }
        return bytes.toByteArray();
    }

    /** A value's length that goes with a key: digits of the length in the reply change with it. */
    private static int lengthOf(int key) {
        return switch (key % 4) {
            case 0 -> 5;
            case 1 -> 60;
            case 2 -> 700;
            default -> 1_500;
        };
    }

    private byte[][] batches(boolean writes) {
        byte[][] batches = new byte[KEYS / BATCH][];
        for (int i = 0; i < batches.length; i++) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            for (int j = 0; j < BATCH; j++) {
                int key = i * BATCH + j;
                Object[] arguments = writes
                        ? new Object[] {"SET", "key:" + key, new byte[lengthOf(key)]}
                        : new Object[] {"GET", "key:" + key};
                bytes.writeBytes(request(arguments));
            }
            batches[i] = bytes.toByteArray();
        }
        return batches;
    }

    /** Netty keeps buffers for reuse per thread, for threads that say they want that, as event loops do. */
    private void assertCreatesNoGarbage(String what, byte[][] batches, int commandsPerBatch) {
        FastThreadLocalThread.runWithFastThreadLocal(() -> {
            try {
                measure(what, batches, commandsPerBatch);
            } catch (ProtocolException e) {
                throw new AssertionError(e);
            }
        });
    }

    private void measure(String what, byte[][] batches, int commandsPerBatch) throws ProtocolException {
        long least = Long.MAX_VALUE;
        for (int round = 0; round < MOST_ROUNDS && least > ALLOWED_BYTES; round++) {
            long before = THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < OPERATIONS / commandsPerBatch; i++) {
                receive(batches[i % batches.length]);
            }
            least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
        }
        System.out.println("CommandAllocationTest: " + what + ", " + least + " bytes in " + OPERATIONS + " commands");
        assertThat(least).as("bytes allocated, %s", what).isLessThanOrEqualTo(ALLOWED_BYTES);
    }

    @Test
    void gettingCreatesNoGarbage() throws ProtocolException {
        for (byte[] batch : batches(true)) {
            receive(batch);
        }
        long before = bare.link.bytes();
        assertCreatesNoGarbage("GET in batches", batches(false), BATCH);
        assertThat(bare.link.bytes() - before).isGreaterThan(OPERATIONS * 5L);
        assertCreatesNoGarbage("GET alone", new byte[][] {request("GET", "key:1"), request("GET", "key:4")}, 1);
        assertCreatesNoGarbage("GET of a key that is not there", new byte[][] {request("GET", "nothing")}, 1);
    }

    @Test
    void settingCreatesNoGarbage() throws ProtocolException {
        assertCreatesNoGarbage("SET in batches", batches(true), BATCH);
        assertCreatesNoGarbage("SET alone", new byte[][] {request("SET", "key:1", "v"), request("SET", "k", "w")}, 1);
    }

    @Test
    void gettingFromAnotherDatabaseCreatesNoGarbage() throws ProtocolException {
        receive(request("SELECT", 3));
        for (byte[] batch : batches(true)) {
            receive(batch);
        }
        assertCreatesNoGarbage("GET in database 3", batches(false), BATCH);
    }
}
