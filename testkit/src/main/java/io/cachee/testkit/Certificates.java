package io.cachee.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** Makes certificates in a test's folder, with the running JDK's keytool. */
public final class Certificates {
    public static final String PASSWORD = "password";

    private final Path folder;

    public Certificates(Path folder) {
        this.folder = folder;
    }

    /**
     * Makes an authority, and a key with a certificate that it has signed, in {@code name.p12}, {@code name.ca},
     * {@code name.crt} and {@code name.key}.
     */
    public void make(String name, String... more) throws Exception {
        keytool(name, "ca", "-ext", "bc:critical");
        List<String> own = new ArrayList<>(List.of("-signer", "ca", "-ext", "san=dns:localhost,ip:127.0.0.1"));
        own.addAll(List.of(more));
        keytool(name, "own", own.toArray(String[]::new));
        KeyStore keys = load(name);
        Files.writeString(authority(name), pem("CERTIFICATE", encoded(keys, "ca")));
        Files.writeString(certificate(name), pem("CERTIFICATE", encoded(keys, "own")));
        byte[] key = Objects.requireNonNull(keys.getKey("own", PASSWORD.toCharArray()))
                .getEncoded();
        Files.createFile(key(name), PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(key(name), pem("PRIVATE KEY", key));
    }

    private static byte[] encoded(KeyStore keys, String alias) throws GeneralSecurityException {
        return Objects.requireNonNull(keys.getCertificate(alias)).getEncoded();
    }

    private void keytool(String name, String alias, String... more) throws Exception {
        Path program = Path.of(System.getProperty("java.home", ""), "bin", "keytool");
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of("-genkeypair", "-alias", alias, "-keyalg", "EC", "-groupname", "secp256r1"));
        command.addAll(List.of("-dname", "CN=" + (alias.equals("own") ? name : name + "-" + alias)));
        command.addAll(List.of("-storetype", "PKCS12", "-storepass", PASSWORD));
        command.addAll(List.of("-keystore", store(name).toString()));
        command.addAll(List.of(more));
        Process keytool = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!keytool.waitFor(60, TimeUnit.SECONDS) || keytool.exitValue() != 0) {
            throw new IOException("keytool failed: " + said);
        }
    }

    public Path store(String name) {
        return folder.resolve(name + ".p12");
    }

    /** The authority that signed its certificate. */
    public Path authority(String name) {
        return folder.resolve(name + ".ca");
    }

    public Path certificate(String name) {
        return folder.resolve(name + ".crt");
    }

    public Path key(String name) {
        return folder.resolve(name + ".key");
    }

    private static String pem(String what, byte[] bytes) {
        String lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return "-----BEGIN " + what + "-----\n" + lines + "\n-----END " + what + "-----\n";
    }

    private KeyStore load(String name) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store(name))) {
            keys.load(in, PASSWORD.toCharArray());
        }
        return keys;
    }

    /** TLS for a client that trusts the authority of one certificate and, if there is another, presents that one. */
    public SSLContext client(String trusted, @Nullable String own) throws IOException, GeneralSecurityException {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        trust.setCertificateEntry("server", load(trusted).getCertificate("ca"));
        TrustManagerFactory trusting = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trusting.init(trust);
        KeyManagerFactory showing = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        showing.init(own == null ? null : load(own), PASSWORD.toCharArray());
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(own == null ? null : showing.getKeyManagers(), trusting.getTrustManagers(), null);
        return context;
    }
}
