using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace Avvik.Hosting.Callers;

/// <summary>The token that the gateway signs to identify the caller to one service, for a minute.</summary>
public static class InternalToken
{
    public const string Issuer = "avvik-gateway";

    /// <summary>The audience of a service's tokens; every other service refuses them.</summary>
    public static string AudienceOf(string service) => $"avvik-{service}";

    /// <summary>Reads an EC P-256 key, private or public, from a PEM file.</summary>
    /// <exception cref="InvalidOperationException">The file is missing or is not such a key; the message names the setting to correct.</exception>
    public static ECDsaSecurityKey ReadKey(string setting, string? file)
    {
        if (string.IsNullOrEmpty(file) || !File.Exists(file))
            throw new InvalidOperationException($"{setting} must name a PEM file with the gateway's EC P-256 key.");
        var key = ECDsa.Create();
        try { key.ImportFromPem(File.ReadAllText(file)); }
        catch (ArgumentException error) { throw new InvalidOperationException($"{setting}: {file} is not an EC key in PEM.", error); }
        return new ECDsaSecurityKey(key);
    }
}
