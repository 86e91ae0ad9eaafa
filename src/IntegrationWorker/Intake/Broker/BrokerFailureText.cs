using System.Net.Sockets;
using System.Security.Authentication;
using RabbitMQ.Client.Exceptions;

namespace IntegrationWorker.Intake.Broker;

/// <summary>Why the broker cannot be reached, in a sentence for those who run the worker; without address, user or the failure's own text.</summary>
internal static class BrokerFailureText
{
    // Reply codes of AMQP 0-9-1, section 1.8.
    private const int AccessRefused = 403;
    private const int PreconditionFailed = 406;
    private const int NotAllowed = 530;

    public static string Explain(Exception failure) => $"{Sentence(failure) ?? "The connection to the broker has ended."} ({SurroundingsFailure.Describe(failure)})";

    private static string? Sentence(Exception? failure) => failure switch
    {
        null => null,
        AuthenticationFailureException or PossibleAuthenticationFailureException =>
            "The broker refuses the user: name or password in Broker:Uri are wrong, or it may not come from here.",
        OperationInterruptedException { ShutdownReason.ReplyCode: NotAllowed } =>
            "The broker has no such virtual host, or the user in Broker:Uri may not use it.",
        OperationInterruptedException { ShutdownReason.ReplyCode: AccessRefused } =>
            "The user in Broker:Uri lacks a permission of the broker.",
        OperationInterruptedException { ShutdownReason.ReplyCode: PreconditionFailed } =>
            "A queue or exchange of the worker's names is there already, of another kind: empty and delete it, or use another virtual host.",
        AuthenticationException => "The broker's certificate is not accepted, or the broker does not accept ours: look at Broker:Tls….",
        SocketException { SocketErrorCode: SocketError.ConnectionRefused } =>
            "No broker listens where the settings say: it is down, or host or port of Broker:Uri are wrong.",
        SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
            "The host in Broker:Uri is not known here.",
        SocketException { SocketErrorCode: SocketError.TimedOut } or TimeoutException => "The broker does not answer in time.",
        AggregateException several => several.InnerExceptions.Select(Sentence).FirstOrDefault(sentence => sentence is not null),
        _ => Sentence(failure.InnerException),
    };
}
