using System.Security.Cryptography;

namespace Avvik.Messaging.Signatures;

/// <summary>Section <c>EventSigning</c>: the service's own key, and the keys of those it trusts.</summary>
public sealed class EventSigningOptions
{
    /// <summary>PEM file with the private EC P-256 key that this service signs its events with; only a service that publishes has one.</summary>
    public string PrivateKeyFile { get; set; } = "";

    /// <summary>
    /// Folder with the public keys of all publishers, named <c>SERVICE.pem</c> or <c>SERVICE.ANYTHING.pem</c>. A key that is added counts at once; one that is
    /// removed counts until the service restarts.
    /// </summary>
    public string PublicKeysFolder { get; set; } = "";
}

/// <summary>An EC P-256 key and the id that it is known by: the SHA-256 of its public half (SubjectPublicKeyInfo).</summary>
internal sealed class EventKey(ECDsa key)
{
    // An instance of ECDsa is not safe for several threads.
    private readonly Lock _turn = new();

    public string Id { get; } = Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()));

    public static EventKey Read(string setting, string file)
    {
        var key = ECDsa.Create();
        try
        {
            key.ImportFromPem(File.ReadAllText(file));
            return key.KeySize == 256 ? new(key) : throw new CryptographicException("The key is on another curve.");
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new InvalidOperationException($"{setting}: {file} is no EC P-256 key in PEM.", error);
        }
    }

    /// <summary>A secret of whoever has the private key, for one purpose.</summary>
    public byte[] SecretFor(string purpose)
    {
        lock (_turn) return HMACSHA256.HashData(key.ExportParameters(includePrivateParameters: true).D!, System.Text.Encoding.UTF8.GetBytes(purpose));
    }

    public byte[] Sign(byte[] digest)
    {
        lock (_turn) return key.SignHash(digest);
    }

    public bool Verify(byte[] digest, byte[] signature)
    {
        lock (_turn) return key.VerifyHash(digest, signature);
    }
}
