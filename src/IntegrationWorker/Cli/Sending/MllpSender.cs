using System.Buffers;
using System.IO.Pipelines;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Hl7v2;
using IntegrationWorker.Intake;
using IntegrationWorker.Intake.Broker;
using IntegrationWorker.Mllp;

namespace IntegrationWorker.Cli.Sending;

/// <summary>Sends over MLLP, one message at a time, and waits for each acknowledgement.</summary>
/// <param name="tls">Certificates for <c>mllps</c>.</param>
internal sealed class MllpSender(Uri address, SendTls tls) : ISender
{
    private const int AttemptsMax = 5;
    private const int AnswerBytesMax = 1024 * 1024;

    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private TcpClient? _client;
    private Stream? _stream;
    private MllpFrameReader _frames = new(AnswerBytesMax);

    public async Task<SendResult> SendAsync(OutgoingMessage message, CancellationToken cancellationToken)
    {
        if (message.Door != Door.Hl7v2)
        {
            return new SendResult(SendResult.Failed, "only HL7 v2 goes over MLLP");
        }

        for (var attempt = 1; ; attempt++)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(_patience);

            try
            {
                return await ExchangeAsync(message.Body, timeout.Token);
            }
            catch (AuthenticationException)
            {
                return new SendResult(SendResult.Failed, "the certificate of one side does not hold");
            }
            catch (Exception e) when (e is IOException or SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // Sent again as it is: what arrived the first time is a duplicate.
                await CloseAsync();

                if (attempt == AttemptsMax || e is OperationCanceledException)
                {
                    return new SendResult(SendResult.Failed, ReasonOf(e));
                }
            }

            await Task.Delay(_pause, cancellationToken);
        }
    }

    public async ValueTask DisposeAsync() => await CloseAsync();

    // Connecting fails as it is; what goes wrong on the connection comes through the stream.
    private static string ReasonOf(Exception failure) => failure switch
    {
        OperationCanceledException => "no answer in time",
        SocketException => "no connection",
        _ => "the other side closed the connection without an answer",
    };

    private async Task<SendResult> ExchangeAsync(byte[] body, CancellationToken cancellationToken)
    {
        var sent = AckHeader.Of(body);
        var stream = await OpenAsync(cancellationToken);
        var frame = new ArrayBufferWriter<byte>(body.Length + 3);
        MllpFraming.Write(frame, body);
        await stream.WriteAsync(frame.WrittenMemory, cancellationToken);
        await stream.FlushAsync(cancellationToken);

        if (AckRule.CodeFor(sent.FirstOf(15), sent.FirstOf(16), AckKind.Accept) is null)
        {
            return new SendResult(SendResult.Accepted, "no answer asked for");
        }

        while (true)
        {
            var answer = await ReadAsync(stream, cancellationToken);

            // One that answers an earlier message came late.
            if (Encoding.Latin1.GetString(answer.Span) is var text && ResultOf(text, sent[10]) is { } result)
            {
                return result;
            }
        }
    }

    private static SendResult? ResultOf(string answer, string controlId)
    {
        if (!Hl7Message.TryParse(answer, Encoding.Latin1, out var message, out _) || message.Find("MSA") is not { IsAbsent: false } msa)
        {
            return new SendResult(SendResult.Failed, "the answer is not an acknowledgement");
        }

        if (!msa[2].Is(controlId))
        {
            return null;
        }

        var code = msa[1].Raw.ToString();
        var detail = $"{code} {controlId} {ReasonOf(message)}".Trim();

        return code switch
        {
            "AA" or "CA" => new SendResult(SendResult.Accepted, detail),
            "AE" or "CE" => new SendResult(SendResult.Rejected, detail),
            _ => new SendResult(SendResult.Failed, detail),
        };
    }

    private static string ReasonOf(Hl7Message message)
    {
        var error = message.Find("ERR")[5].Component(1);
        return error.HasValue ? error.ToText() : message.Find("MSA")[3].ToText().Split(' ')[0];
    }

    private async Task<ReadOnlyMemory<byte>> ReadAsync(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];

        while (true)
        {
            var count = await stream.ReadAsync(buffer, cancellationToken);

            if (count == 0)
            {
                throw new EndOfStreamException();
            }

            var bytes = new ReadOnlySequence<byte>(buffer, 0, count);

            // One message is under way, so there is at most one answer that matters; a late one before it is passed over.
            ReadOnlyMemory<byte>? last = null;

            while (_frames.TryRead(ref bytes, out var frame))
            {
                last = frame.Message;
            }

            if (last is { } answer)
            {
                return answer;
            }
        }
    }

    private async Task<Stream> OpenAsync(CancellationToken cancellationToken)
    {
        if (_stream is not null)
        {
            return _stream;
        }

        _frames = new MllpFrameReader(AnswerBytesMax);
        _client = new TcpClient { NoDelay = true };
        await _client.ConnectAsync(address.Host, address.Port, cancellationToken);

        if (address.Scheme == "mllp")
        {
            return _stream = _client.GetStream();
        }

        var secure = new SslStream(_client.GetStream());
        await secure.AuthenticateAsClientAsync(tls.OptionsFor(address.Host), cancellationToken);
        return _stream = secure;
    }

    private async Task CloseAsync()
    {
        if (_stream is not null)
        {
            await _stream.DisposeAsync();
        }

        _client?.Dispose();
        (_stream, _client) = (null, null);
    }
}

/// <summary>PEM files for <c>mllps</c>; null: the machine's authorities, no certificate of one's own, the key in the same file.</summary>
internal sealed record SendTls(string? AuthorityFile, string? CertificateFile, string? KeyFile)
{
    public SslClientAuthenticationOptions OptionsFor(string host)
    {
        var options = new SslClientAuthenticationOptions { TargetHost = host };

        if (CertificateFile is { } certificate)
        {
            options.ClientCertificates = [X509Certificate2.CreateFromPemFile(certificate, KeyFile)];
        }

        if (AuthorityFile is { } authority)
        {
            options.RemoteCertificateValidationCallback = BrokerTls.Validator(authority);
        }

        return options;
    }
}
