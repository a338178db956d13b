using System.Security.Cryptography;
using System.Text;
using Avvik.Contracts;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Avvik.TextProtection;

/// <summary>Seals free text for the broker and for storage (section <c>TextProtection</c>).</summary>
public sealed class TextProtector(KeyRing keys)
{
    /// <summary>Seals a text.</summary>
    public ProtectedText Protect(string text) => new(keys.Seal(Encoding.UTF8.GetBytes(text)));

    /// <summary>Seals a text, if there is one.</summary>
    public ProtectedText? ProtectOptional(string? text) => text is null ? null : Protect(text);

    /// <summary>Opens a text.</summary>
    /// <exception cref="CryptographicException">This service does not have the key, or the text was changed.</exception>
    public string Reveal(ProtectedText text) => Encoding.UTF8.GetString(keys.Open(text.Value));

    /// <summary>Opens a text of a column that was not always sealed.</summary>
    /// <exception cref="CryptographicException">This service does not have the key, or the text was changed.</exception>
    public string RevealStored(string stored) => KeyRing.IsSealed(stored) ? Reveal(new(stored)) : stored;

    /// <summary>Decrypts a text for display; one that cannot be decrypted gives a placeholder, so that the rest of a list is still shown.</summary>
    public string Show(string sealedText)
    {
        try { return Reveal(new ProtectedText(sealedText)); }
        catch (CryptographicException) { return Texts.Message("unreadableText"); }
    }

    /// <summary><see cref="Show"/>, of a column that was not always sealed.</summary>
    public string ShowStored(string stored) => KeyRing.IsSealed(stored) ? Show(stored) : stored;

    /// <summary>Opens a text of a column that was not always sealed; null when no key opens it.</summary>
    public string? TryOpen(string stored)
    {
        try { return RevealStored(stored); }
        catch (CryptographicException) { return null; }
    }

    /// <summary><see cref="KeyRing.RingPrint"/>.</summary>
    public string RingPrint => keys.RingPrint;

    /// <summary>Prefix of texts encrypted with the active key.</summary>
    public string ActivePrefix => keys.ActivePrefix;

    /// <summary>The same text under the active key; a text from before its column was sealed is sealed.</summary>
    /// <exception cref="CryptographicException">This service does not have the key, or the text was changed.</exception>
    public string Reseal(string stored) => KeyRing.IsSealed(stored) ? keys.Reseal(stored) : Protect(stored).Value;

    /// <summary>A number derived from the key: the seed of the signatures by which similar texts are found.</summary>
    public ulong Seed(string purpose) => System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(keys.Fingerprint(Encoding.UTF8.GetBytes(purpose)));

    /// <summary>A keyed print of a text, the same in every service and year; it tells nothing without the key.</summary>
    public byte[] PrintOf(string text) => keys.Fingerprint(Encoding.UTF8.GetBytes(text));

    /// <summary>Opens a text, if there is one.</summary>
    public string? RevealOptional(ProtectedText? text) => text is { } t ? Reveal(t) : null;
}

/// <summary>Registers key rings.</summary>
public static class TextProtectionExtensions
{
    /// <summary>Lets the service seal and open text.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="section">The key ring: that of texts which travel, or one of the service's own where none reaches it.</param>
    public static void AddTextProtection(this IHostApplicationBuilder builder, string section = "TextProtection")
    {
        builder.AddKeyRingOptions(section);
        builder.Services.AddSingleton(s => new TextProtector(new KeyRing(s.GetRequiredService<IOptionsMonitor<KeyRingOptions>>().Get(section))));
    }

    /// <summary>
    /// Reseals these columns, and those of <see cref="SealedColumns"/>, after each change of the active key, so that the earlier key can be retired.
    /// </summary>
    public static void AddTextResealing<TDb>(this IHostApplicationBuilder builder, params (Type Entity, string Property)[] columns) where TDb : DbContext
    {
        builder.Services.AddSingleton(new ResealedColumns<TDb>(columns));
        // Once, however many say which columns.
        builder.Services.AddHostedService<TextResealer<TDb>>();
    }

    /// <summary>Binds and checks a key ring's section; read it with its name.</summary>
    public static void AddKeyRingOptions(this IHostApplicationBuilder builder, string section) =>
        builder.Services.AddOptions<KeyRingOptions>(section).BindConfiguration(section).Configure(ring => ring.Section = section)
            .ValidateDataAnnotations().ValidateOnStart();
}
