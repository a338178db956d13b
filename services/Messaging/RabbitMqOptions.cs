using System.ComponentModel.DataAnnotations;

namespace Avvik.Messaging;

/// <summary>Section <c>RabbitMq</c>.</summary>
public sealed class RabbitMqOptions
{
    /// <summary>
    /// <c>amqp://user:password@host:port/vhost</c>, or <c>amqps://</c> with TLS. Without the password where <see cref="PasswordFile"/> has it.
    /// </summary>
    [Required(ErrorMessage = "RabbitMq:Uri is missing."), Url(ErrorMessage = "RabbitMq:Uri is not a URI.")]
    public string Uri { get; set; } = "";

    /// <summary>File with the user's password, so that it is in no environment variable.</summary>
    public string? PasswordFile { get; set; }

    /// <summary>
    /// Whether the service declares every exchange, queue and binding. False where its user may not: then an administrator imports
    /// <see cref="BrokerDefinitions"/>, and the service sends when it finds them.
    /// </summary>
    public bool DeclareTopology { get; set; } = true;

    /// <summary>With the password.</summary>
    internal Uri Address => PasswordFile is null
        ? new(Uri)
        : new UriBuilder(Uri) { Password = System.Uri.EscapeDataString(File.ReadAllText(PasswordFile).Trim()) }.Uri;
}
