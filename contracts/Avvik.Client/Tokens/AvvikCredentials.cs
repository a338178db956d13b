namespace Avvik.Client;

/// <summary>How software proves to the issuer (HelseID) who it is: a key of its own (<c>private_key_jwt</c>, RFC 7523).</summary>
public sealed record AvvikCredentials
{
    /// <summary>The issuer's address; its endpoints are discovered from it.</summary>
    public required Uri Issuer { get; init; }
    /// <summary>The client's id at the issuer.</summary>
    public required string ClientId { get; init; }
    /// <summary>The client's private key, EC or RSA: a JSON Web Key, or PEM.</summary>
    public required string PrivateKey { get; init; }
    /// <summary>Scopes with a space between; null: all that the client was given.</summary>
    public string? Scope { get; init; }
    /// <summary>True: tokens are bound to a key that lives as long as this process (DPoP, RFC 9449), as HelseID demands; false: bearer tokens.</summary>
    public bool UseDpop { get; init; } = true;

    /// <summary>The client and its issuer: the key is never printed.</summary>
    public override string ToString() => $"{ClientId} at {Issuer}";
}

/// <summary>The issuer refused to give a token: the credentials are wrong, and trying again does not help.</summary>
public sealed class AvvikTokenException : Exception
{
    internal AvvikTokenException(string error, string? description) : base($"The issuer refused: {error}. {description}") => Error = error;

    /// <summary>OAuth's error code: <c>invalid_client</c>, <c>invalid_scope</c> …</summary>
    public string Error { get; }
}
