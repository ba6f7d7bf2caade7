package io.cachee.server.net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys as OpenSSL has written them over the years. */
final class PemKeyTest {
    @TempDir
    private Path folder = Path.of("");

    private Path file(String name) {
        return folder.resolve(name);
    }

    private void make(String name, String... kind) throws Exception {
        String[] start = {
            "openssl",
            "req",
            "-x509",
            "-nodes",
            "-subj",
            "/CN=" + name,
            "-keyout",
            file(name + ".key").toString(),
            "-out",
            file(name + ".crt").toString(),
            "-newkey"
        };
        String[] command = new String[start.length + kind.length];
        System.arraycopy(start, 0, command, 0, start.length);
        System.arraycopy(kind, 0, command, start.length, kind.length);
        Tool.run(command);
    }

    private Path convert(String name, String to, String... how) throws Exception {
        String[] command = new String[how.length + 5];
        command[0] = "openssl";
        System.arraycopy(how, 0, command, 1, how.length);
        command[how.length + 1] = "-in";
        command[how.length + 2] = file(name + ".key").toString();
        command[how.length + 3] = "-out";
        command[how.length + 4] = file(to).toString();
        Tool.run(command);
        return file(to);
    }

    private static Path ownersAlone(Path key) throws IOException {
        return Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
    }

    private void expectAlgorithm(String certificate, Path key, String algorithm) throws IOException {
        assertThat(PemKey.read(file(certificate + ".crt"), key).key().getAlgorithm())
                .isEqualTo(algorithm);
    }

    private void expectRefusal(String certificate, Path key, String why) {
        assertThatThrownBy(() -> PemKey.read(file(certificate + ".crt"), key))
                .isInstanceOf(IOException.class)
                .hasMessageContaining(key.toString())
                .hasMessageContaining(why);
    }

    @Test
    void readsKeysOfRsaInBothForms() throws Exception {
        if (Tool.isAbsent("openssl")) {
            return;
        }
        make("rsa", "rsa:2048");
        Path old = convert("rsa", "rsa.pkcs1", "rsa", "-traditional");
        assertThat(old).content().startsWith("-----BEGIN RSA PRIVATE KEY-----");
        expectAlgorithm("rsa", old, "RSA");
        expectAlgorithm("rsa", file("rsa.key"), "RSA");
    }

    @Test
    void readsKeysOfEllipticCurvesInBothForms() throws Exception {
        if (Tool.isAbsent("openssl")) {
            return;
        }
        for (String curve : new String[] {"prime256v1", "secp384r1", "secp521r1"}) {
            make(curve, "ec", "-pkeyopt", "ec_paramgen_curve:" + curve);
            Path old = convert(curve, curve + ".sec1", "ec");
            assertThat(old).content().startsWith("-----BEGIN EC PRIVATE KEY-----");
            expectAlgorithm(curve, old, "EC");
            expectAlgorithm(curve, file(curve + ".key"), "EC");
            Files.writeString(
                    file("both"),
                    "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n" + "-----END EC PARAMETERS-----\n"
                            + Files.readString(old));
            expectAlgorithm(curve, ownersAlone(file("both")), "EC");
        }
    }

    @Test
    void refusesTheKeyOfAnotherCertificate() throws Exception {
        if (Tool.isAbsent("openssl")) {
            return;
        }
        make("one", "rsa:2048");
        make("two", "rsa:2048");
        make("curve", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");
        make("larger", "ec", "-pkeyopt", "ec_paramgen_curve:secp384r1");
        Path ofTwo = convert("two", "two.pkcs1", "rsa", "-traditional");
        expectRefusal("one", ofTwo, "differ");
        expectRefusal("curve", ofTwo, "differ");
        expectRefusal("one", convert("curve", "curve.sec1", "ec"), "differ");
        expectRefusal("larger", file("curve.sec1"), "");
    }

    @Test
    void refusesKeysThatAreEncryptedAndSaysSo() throws Exception {
        if (Tool.isAbsent("openssl")) {
            return;
        }
        make("rsa", "rsa:2048");
        make("curve", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1");
        String password = "pass:geheim";
        expectRefusal(
                "rsa",
                convert("rsa", "new", "pkcs8", "-topk8", "-v2", "aes-256-cbc", "-passout", password),
                "is encrypted");
        expectRefusal(
                "rsa", convert("rsa", "old", "rsa", "-traditional", "-aes128", "-passout", password), "is encrypted");
        expectRefusal("curve", convert("curve", "ec", "ec", "-aes128", "-passout", password), "is encrypted");
    }

    @Test
    void refusesAKeyThatEverybodyMayRead() throws Exception {
        if (Tool.isAbsent("openssl")) {
            return;
        }
        make("rsa", "rsa:2048");
        for (String mode : new String[] {"rw-r--r--", "rw----r--", "rw-----w-"}) {
            Files.setPosixFilePermissions(file("rsa.key"), PosixFilePermissions.fromString(mode));
            expectRefusal("rsa", file("rsa.key"), "everybody may read or write it");
        }
        Files.setPosixFilePermissions(file("rsa.key"), PosixFilePermissions.fromString("r--r-----"));
        expectAlgorithm("rsa", file("rsa.key"), "RSA");
    }

    @Test
    void refusesWhatIsNoKey() throws Exception {
        if (Tool.isAbsent("openssl")) {
            return;
        }
        make("rsa", "rsa:2048");
        expectRefusal("rsa", ownersAlone(file("rsa.crt")), "BEGIN RSA PRIVATE KEY");
        Path broken = Files.writeString(
                file("broken"), "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n");
        expectRefusal("rsa", ownersAlone(broken), "cannot be used");
    }
}
