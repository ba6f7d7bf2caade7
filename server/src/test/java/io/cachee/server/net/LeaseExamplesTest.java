package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.cachee.testkit.RedisServerProcess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The examples of leases in docs/l2.md, as they stand there: two clients that want a missing key at once cost one read
 * of the database. That read ends only when the other client has asked for the lease as well.
 */
final class LeaseExamplesTest {
    @TempDir
    private Path folder;

    private RedisServerProcess redis;
    private NetSidecar sidecar;

    @BeforeEach
    void start() throws Exception {
        redis = RedisServerProcess.start();
        sidecar = NetSidecar.with().before(redis).start();
    }

    @AfterEach
    void stop() {
        sidecar.close();
        redis.close();
    }

    /** The only block of code in this language. */
    private static String example(String language) throws Exception {
        String document = Files.readString(Path.of("..", "docs", "l2.md"));
        Matcher blocks = Pattern.compile("(?s)```" + language + "\n(.*?)```").matcher(document);
        assertThat(blocks.find()).as("an example in " + language).isTrue();
        String found = blocks.group(1);
        assertThat(blocks.find()).as("a second example in " + language).isFalse();
        return found;
    }

    private String port() {
        return String.valueOf(sidecar.port());
    }

    private void assertFilled() throws Exception {
        assertThat(redis.call("GET", "user:1")).hasToString("$Ada");
    }

    @Test
    void python() throws Exception {
        String python = ScriptClients.python();
        if (python == null) {
            return;
        }
        String script = """
            import redis, sys, threading, time
            EXAMPLE
            asked, reads, failed = threading.Semaphore(0), [], []
            class Client(redis.Redis):
                def execute_command(self, *words, **options):
                    reply = super().execute_command(*words, **options)
                    if words[0] == 'CACHEE.LEASE':
                        asked.release()
                    return reply
            def database(key):
                reads.append(key)
                for _ in range(2):
                    assert asked.acquire(timeout=20)
                return b'Ada'
            def run():
                try:
                    assert get(Client(port=int(sys.argv[1])), 'user:1', database) == b'Ada'
                except BaseException as wrong:
                    failed.append(wrong)
            threads = [threading.Thread(target=run) for _ in range(2)]
            for thread in threads: thread.start()
            for thread in threads: thread.join()
            assert not failed, failed
            assert len(reads) == 1, reads

            def broken(key):
                raise KeyError(key)
            try:
                get(Client(port=int(sys.argv[1])), 'user:2', broken)
                raise SystemExit('the failure of the database was lost')
            except KeyError:
                pass
            assert Client(port=int(sys.argv[1])).execute_command('CACHEE.LEASE', 'user:2')[0] == b'LEASE'
            print('done')
            """.replace("EXAMPLE", example("python"));
        Path file = Files.writeString(folder.resolve("example.py"), script);
        assertThat(Tool.run(python, file.toString(), port())).contains("done");
        assertFilled();
    }

    @Test
    void javaScript() throws Exception {
        Path modules = ScriptClients.nodeModules();
        if (modules == null) {
            return;
        }
        String script = """
            const assert = require('assert');
            const { createClient } = require('redis');
            EXAMPLE
            let asked = 0, reads = 0;
            async function database(key) {
              reads++;
              while (asked < 2) await new Promise(setImmediate);
              return 'Ada';
            }
            async function run() {
              const client = createClient({ socket: { host: '127.0.0.1', port: Number(process.argv[2]) } });
              await client.connect();
              const send = client.sendCommand.bind(client);
              client.sendCommand = async words => {
                const reply = await send(words);
                if (words[0] === 'CACHEE.LEASE') asked++;
                return reply;
              };
              assert.equal(await get(client, 'user:1', database), 'Ada');
              client.destroy();
            }
            Promise.all([run(), run()]).then(() => {
              assert.equal(reads, 1);
              console.log('done');
            }).catch(e => { console.error(e); process.exit(1); });
            """.replace("EXAMPLE", example("javascript"));
        Path file = Files.writeString(modules.resolve("lease.js"), script);
        assertThat(Tool.run("node", file.toString(), port())).contains("done");
        assertFilled();
    }

    @Test
    void java() throws Exception {
        String program = """
            import static java.nio.charset.StandardCharsets.UTF_8;
            import java.util.*;
            import java.util.concurrent.*;
            import redis.clients.jedis.Jedis;
            import redis.clients.jedis.commands.ProtocolCommand;

            public final class Example {
                static final Semaphore ASKED = new Semaphore(0);
                static final Queue<String> READS = new ConcurrentLinkedQueue<>();

                static final class Client extends Jedis {
                    Client(int port) {
                        super("127.0.0.1", port);
                    }

                    @Override
                    public Object sendCommand(ProtocolCommand command, String... words) {
                        Object reply = super.sendCommand(command, words);
                        if (new String(command.getRaw(), UTF_8).equals("CACHEE.LEASE")) {
                            ASKED.release();
                        }
                        return reply;
                    }
                }

                byte[] readDatabase(String key) throws InterruptedException {
                    READS.add(key);
                    if (!ASKED.tryAcquire(2, 20, TimeUnit.SECONDS)) {
                        throw new IllegalStateException("the other client did not ask");
                    }
                    return "Ada".getBytes(UTF_8);
                }

                EXAMPLE

                public static void main(String[] args) throws Exception {
                    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
                        Callable<String> one = () -> {
                            try (Jedis jedis = new Client(Integer.parseInt(args[0]))) {
                                return new String(new Example().get(jedis, "user:1"), UTF_8);
                            }
                        };
                        for (Future<String> each : threads.invokeAll(List.of(one, one))) {
                            if (!each.get().equals("Ada")) {
                                throw new IllegalStateException(each.get());
                            }
                        }
                    }
                    if (READS.size() != 1) {
                        throw new IllegalStateException(READS.toString());
                    }
                    System.out.println("done");
                }
            }
            """.replace("EXAMPLE", example("java"));
        Path file = Files.writeString(folder.resolve("Example.java"), program);
        String classpath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        String[] options = {"-proc:none", "-cp", classpath, "-d", folder.toString(), file.toString()};
        assertThat(ToolProvider.getSystemJavaCompiler().run(null, null, null, options))
                .isZero();
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        assertThat(Tool.run(java, "-cp", folder + ":" + classpath, "Example", port()))
                .contains("done");
        assertFilled();
    }
}
