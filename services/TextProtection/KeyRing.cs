using System.Buffers.Text;
using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;

namespace Avvik.TextProtection;

/// <summary>Keys by id, and the active one. Bound from configuration; a missing or short key stops the start.</summary>
public sealed class KeyRingOptions : IValidatableObject
{
    /// <summary>The section it is bound from, for the sentences that say what to fix.</summary>
    public string Section { get; set; } = "";
    /// <summary>Id of the key that encrypts. The others only decrypt.</summary>
    public string ActiveKey { get; set; } = "";
    /// <summary>32 bytes each, in base64.</summary>
    public Dictionary<string, string> Keys { get; set; } = [];
    /// <summary>
    /// 32 bytes in base64: the key of fingerprints. It never changes, since fingerprints are compared with those of earlier years. Without it the ring's
    /// only key is used; copy that key here before a second one is added, so that it can be retired and the fingerprints stay the same.
    /// </summary>
    public string? PrintKey { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!Keys.ContainsKey(ActiveKey))
            yield return new($"{Section}:ActiveKey must name one of {Section}:Keys: text and identities are never kept or sent without a key.");
        if (PrintKey is null && Keys.Count > 1)
            yield return new($"{Section}:PrintKey is missing: copy {Section}:Keys:{KeyRing.OldestOf(Keys)} to it before another key is added, "
                + "or prints change when that key is retired.");
        if (PrintKey is not null && !KeyRing.IsKey(PrintKey)) yield return new($"{Section}:PrintKey must be {KeyRing.KeySize} bytes in base64.");
        foreach (var (id, key) in Keys)
        {
            if (id.Contains('.', StringComparison.Ordinal)) yield return new($"{Section}:Keys: the id {id} must not contain a full stop.");
            if (!KeyRing.IsKey(key)) yield return new($"{Section}:Keys:{id} must be {KeyRing.KeySize} bytes in base64.");
        }
    }
}

/// <summary>AES-256-GCM (NIST SP 800-38D) with the key's id in the sealed value, so that keys can be replaced.</summary>
public sealed class KeyRing(KeyRingOptions options)
{
    internal const int KeySize = 32;
    private const int NonceSize = 12, TagSize = 16;
    // One for each thread and key: an instance serves one thread at a time, and expanding the key costs more than encrypting a short text.
    private readonly Dictionary<string, ThreadLocal<AesGcm>> _ciphers = options.Keys.ToDictionary(k => k.Key,
        k => new ThreadLocal<AesGcm>(() => new AesGcm(Convert.FromBase64String(k.Value), TagSize)), StringComparer.Ordinal);

    private readonly byte[] _printKey = Convert.FromBase64String(options.PrintKey ?? options.Keys[OldestOf(options.Keys)]);

    /// <summary>Prefix of values encrypted with the active key.</summary>
    public string ActivePrefix => options.ActiveKey + ".";

    /// <summary>Seals data for one place: it opens only with the same <paramref name="context"/>, so a sealed value cannot be moved to another row.</summary>
    public string Seal(ReadOnlySpan<byte> data, ReadOnlySpan<byte> context = default)
    {
        var value = new byte[NonceSize + data.Length + TagSize];
        var nonce = value.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        _ciphers[options.ActiveKey].Value!.Encrypt(nonce, data, value.AsSpan(NonceSize, data.Length), value.AsSpan(NonceSize + data.Length), context);
        return $"{options.ActiveKey}.{Base64Url.EncodeToString(value)}";
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <exception cref="CryptographicException">The key is not in the ring, or the value was changed or belongs elsewhere.</exception>
    public byte[] Open(string sealedValue, ReadOnlySpan<byte> context = default)
    {
        var dot = sealedValue.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0 || !_ciphers.TryGetValue(sealedValue[..dot], out var cipher))
            throw new CryptographicException("The key of a sealed value is not in the key ring.");
        if (!Base64Url.IsValid(sealedValue.AsSpan(dot + 1), out var length) || length < NonceSize + TagSize)
            throw new CryptographicException("A sealed value is cut short, or none of ours.");
        var value = Base64Url.DecodeFromChars(sealedValue.AsSpan(dot + 1));
        var data = new byte[value.Length - NonceSize - TagSize];
        cipher.Value!.Decrypt(value.AsSpan(0, NonceSize), value.AsSpan(NonceSize, data.Length), value.AsSpan(value.Length - TagSize), data, context);
        return data;
    }

    /// <summary>Whether a value looks like what <see cref="Seal"/> makes, by whatever key: no text that a person writes does.</summary>
    public static bool IsSealed(string value) => value.IndexOf('.', StringComparison.Ordinal) is > 0 and var dot
        && !value.AsSpan(0, dot).ContainsAny(' ', '{') && Base64Url.IsValid(value.AsSpan(dot + 1), out var length) && length >= NonceSize + TagSize
        && !value.AsSpan().Contains(' ');

    /// <summary>Re-encrypts with the active key a value that another key of the ring encrypted.</summary>
    /// <exception cref="CryptographicException">As for <see cref="Open"/>.</exception>
    public string Reseal(string sealedValue, ReadOnlySpan<byte> context = default) => Seal(Open(sealedValue, context), context);

    /// <summary>A keyed fingerprint: equal data gives equal fingerprints, which reveal nothing without the key.</summary>
    /// <remarks>HMAC-SHA-256 under <see cref="KeyRingOptions.PrintKey"/>.</remarks>
    public byte[] Fingerprint(ReadOnlySpan<byte> data) => HMACSHA256.HashData(_printKey, data);

    /// <summary>The same for rings with the same keys, and tells nothing of them.</summary>
    public string RingPrint => field ??= Convert.ToHexString(SHA256.HashData(
        System.Text.Encoding.UTF8.GetBytes(string.Join('\n', options.Keys.OrderBy(k => k.Key, StringComparer.Ordinal).Select(k => $"{k.Key} {k.Value}")
            .Append(options.ActiveKey).Append(options.PrintKey)))));

    internal static string OldestOf(Dictionary<string, string> keys) => keys.Keys.Min(StringComparer.Ordinal)!;

    internal static bool IsKey(string key) => Convert.TryFromBase64String(key, new byte[KeySize + 1], out var length) && length == KeySize;
}
