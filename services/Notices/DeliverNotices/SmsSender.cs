using System.Net;
using System.Net.Http.Headers;
using System.Text.Json.Serialization;
using Avvik.Contracts;
using Avvik.Notices.Persistence;
using Microsoft.Extensions.Options;

namespace Avvik.Notices.DeliverNotices;

/// <summary>Posts a short message to the configured service, under the delivery's id, so that the service can drop what it gets twice.</summary>
internal sealed class SmsSender(HttpClient http, IOptions<SmsOptions> options, IOptions<MailOptions> mail)
{
    public async Task<Outcome> SendAsync(Guid delivery, string number, IReadOnlyList<Notice> notices)
    {
        if (options.Value.Url is not { } url) return new("notConfigured");
        var text = notices is [var only]
            ? $"{Texts.Notice("subject", only.Reference, NoticeText.TitleOf(only))} {NoticeText.LinkTo(only, mail.Value.PublicUrl)}"
            : $"{Texts.Notice("digestSubject", notices.Count)} {mail.Value.PublicUrl.TrimEnd('/')}/notices";
        using var request = new HttpRequestMessage(HttpMethod.Post, url)
        {
            Content = JsonContent.Create(new ShortMessage(number, text, delivery), ShortMessageJson.Default.ShortMessage),
        };
        request.Headers.Add("Idempotency-Key", delivery.ToString());
        try
        {
            if (options.Value.AuthorizationFile is { } file)
                request.Headers.Authorization = AuthenticationHeaderValue.Parse((await File.ReadAllTextAsync(file)).Trim());
            using var response = await http.SendAsync(request);
            if (response.IsSuccessStatusCode) return default;
            // What the service says of this message; of ourselves (401, 403), of its load and of its faults, another attempt may hear otherwise.
            return new($"http{(int)response.StatusCode}", response.StatusCode is HttpStatusCode.BadRequest or HttpStatusCode.NotFound or HttpStatusCode.Gone
                or HttpStatusCode.UnprocessableEntity);
        }
        catch (Exception error) when (error is HttpRequestException or OperationCanceledException or IOException or FormatException)
        {
            return new(error.GetType().Name);
        }
    }
}

internal sealed record ShortMessage(string To, string Text, Guid Id);

[JsonSourceGenerationOptions(System.Text.Json.JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ShortMessage))]
internal sealed partial class ShortMessageJson : JsonSerializerContext;
