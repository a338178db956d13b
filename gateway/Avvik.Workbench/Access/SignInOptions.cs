using System.ComponentModel.DataAnnotations;

namespace Avvik.Workbench.Access;

/// <summary>Section <c>SignIn</c>: the issuer, and who we are to it.</summary>
internal sealed class SignInOptions
{
    /// <summary>The issuer's URL; everything else is found by discovery.</summary>
    [Required(ErrorMessage = "SignIn:Issuer must be the issuer's URL.")]
    public string Issuer { get; set; } = "";

    [Required(ErrorMessage = "SignIn:ClientId must be the workbench's id at the issuer.")]
    public string ClientId { get; set; } = "";

    /// <summary>PEM with the EC key whose public part the issuer has: signs client assertions, and DPoP proofs where they are asked for.</summary>
    [Required(ErrorMessage = "SignIn:PrivateKeyFile must be a PEM file with an EC private key (P-256).")]
    public string PrivateKeyFile { get; set; } = "";

    /// <summary>Where browsers call: redirects and links are made from it and never from a request.</summary>
    [Required(ErrorMessage = "SignIn:PublicUrl must be the URL that browsers call.")]
    public string PublicUrl { get; set; } = "";

    /// <summary>True where the gateway takes DPoP tokens.</summary>
    public bool UseDpop { get; set; }

    /// <summary>How long a browser may be idle, in minutes.</summary>
    [Range(1, 720, ErrorMessage = "SignIn:IdleMinutes must be from 1 to 720.")]
    public int IdleMinutes { get; set; } = 30;
}
