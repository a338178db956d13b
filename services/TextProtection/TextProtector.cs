using System.Text;
using Avvik.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Avvik.TextProtection;

/// <summary>Seals free text for its way over the broker (section <c>TextProtection</c>).</summary>
public sealed class TextProtector(KeyRing keys)
{
    /// <summary>Seals a text.</summary>
    public ProtectedText Protect(string text) => new(keys.Seal(Encoding.UTF8.GetBytes(text)));

    /// <summary>Seals a text, if there is one.</summary>
    public ProtectedText? ProtectOptional(string? text) => text is null ? null : Protect(text);

    /// <summary>Opens a text.</summary>
    /// <exception cref="System.Security.Cryptography.CryptographicException">This service has not the key, or the text was changed.</exception>
    public string Reveal(ProtectedText text) => Encoding.UTF8.GetString(keys.Open(text.Value));

    /// <summary>A number that only those with the key can make: the seed of prints by which like texts are found.</summary>
    public ulong Seed(string purpose) => System.Buffers.Binary.BinaryPrimitives.ReadUInt64LittleEndian(keys.Fingerprint(Encoding.UTF8.GetBytes(purpose)));

    /// <summary>Opens a text, if there is one.</summary>
    public string? RevealOptional(ProtectedText? text) => text is { } t ? Reveal(t) : null;
}

/// <summary>Registers key rings.</summary>
public static class TextProtectionExtensions
{
    /// <summary>Lets the service seal and open travelling text.</summary>
    public static void AddTextProtection(this IHostApplicationBuilder builder)
    {
        builder.AddKeyRingOptions("TextProtection");
        builder.Services.AddSingleton(s => new TextProtector(new KeyRing(s.GetRequiredService<IOptionsMonitor<KeyRingOptions>>().Get("TextProtection"))));
    }

    /// <summary>Binds and checks a key ring's section; read it with its name.</summary>
    public static void AddKeyRingOptions(this IHostApplicationBuilder builder, string section) =>
        builder.Services.AddOptions<KeyRingOptions>(section).BindConfiguration(section).Configure(ring => ring.Section = section).ValidateDataAnnotations().ValidateOnStart();
}
