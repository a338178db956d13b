using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Hosting.Callers;

/// <summary>The token that the gateway signs and one service accepts: who called, for a minute.</summary>
public static class InternalToken
{
    public const string Issuer = "avvik-gateway";

    /// <summary>The audience of a service's tokens: what one service receives, another refuses.</summary>
    public static string AudienceOf(string service) => $"avvik-{service}";

    /// <summary>Reads an EC P-256 key, private or public, from a PEM file.</summary>
    /// <exception cref="InvalidOperationException">The file is missing or is no such key; the message says which setting to correct.</exception>
    public static ECDsaSecurityKey ReadKey(string setting, string? file)
    {
        if (string.IsNullOrEmpty(file) || !File.Exists(file)) throw new InvalidOperationException($"{setting} must name a PEM file with the gateway's EC P-256 key.");
        var key = ECDsa.Create();
        try { key.ImportFromPem(File.ReadAllText(file)); }
        catch (ArgumentException error) { throw new InvalidOperationException($"{setting}: {file} is no EC key in PEM.", error); }
        return new ECDsaSecurityKey(key);
    }
}
